import { ExecError, type httpRequest, type ParamsOf } from '@holdfast/exec-protocol';
import { isCredentialVariable } from '../credential-variables.js';
import { hasLongHost, MAX_HOST_CHARACTERS } from './http-host.js';

/** One header as it is sent or came. */
export interface HttpHeader {
  readonly name: string;
  readonly value: string;
  /** Its value holds something of the executor's own environment, which the client itself may not know. */
  readonly isFromEnvironment?: true;
}

/** A request that was checked: everything about it can be sent as it stands. */
export interface HttpRequest {
  readonly method: string;
  /** Without user info, which has become a header. */
  readonly url: URL;
  readonly headers: readonly HttpHeader[];
  readonly body: Uint8Array | undefined;
  readonly timeoutMs: number | undefined;
  readonly followsRedirects: boolean;
}

// RFC 9110: the characters of a token; and what a field value may hold, which is more than it should.
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Checks what a client asked for and fills in what the executor adds.
 * @param env The executor's own environment, from which headers may take values.
 * @throws ExecError `invalidParams` that names the part that cannot be sent.
 */
export function planHttpRequest(
  params: ParamsOf<typeof httpRequest>,
  env: Readonly<Record<string, string>>,
): HttpRequest {
  const { method, timeoutMs, redirectPolicy } = params;
  if (!TOKEN.test(method)) throw invalid(`method is invalid: ${JSON.stringify(method)} is no HTTP token`);
  const url = parseUrl(params.url);
  const headers = (params.headers ?? []).map((header) => toHeader(header, env));
  return {
    method,
    url: withoutUserInfo(url),
    headers: [...headers, ...authorizationOf(url, headers)],
    body: params.bodyBase64 ?? undefined,
    timeoutMs: timeoutMs ?? undefined,
    followsRedirects: redirectPolicy !== 'stop',
  };
}

type WireHeader = NonNullable<ParamsOf<typeof httpRequest>['headers']>[number];

function toHeader(
  { name, value, valueEnvVar }: WireHeader,
  env: Readonly<Record<string, string>>,
): HttpHeader {
  if (!TOKEN.test(name)) throw invalid(`header name is invalid: ${JSON.stringify(name)} is no HTTP token`);
  const whole = valueEnvVar == null ? value : value + variable(name, valueEnvVar, env);
  if (!FIELD_VALUE.test(whole))
    throw invalid(`header value is invalid for ${name}: it holds a control character`);
  return valueEnvVar == null ? { name, value: whole } : { name, value: whole, isFromEnvironment: true };
}

function variable(header: string, name: string, env: Readonly<Record<string, string>>): string {
  if (isCredentialVariable(name)) {
    throw invalid(`header ${header} cannot use executor environment variable ${name}: it holds a credential`);
  }
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === undefined) throw invalid(`header ${header} requires executor environment variable ${name}`);
  if (value === '')
    throw invalid(`header ${header} requires a non-empty executor environment variable ${name}`);
  return value;
}

/** UTF-16 units of a URL; servers take some thousands. */
export const MAX_URL_LENGTH = 64 * 1024;

function parseUrl(text: string): URL {
  if (text.length > MAX_URL_LENGTH)
    throw invalid(
      `url is invalid: it has more than ${String(MAX_URL_LENGTH)} characters; send a shorter one`,
    );
  if (hasLongHost(text))
    throw invalid(
      `url is invalid: its host has more than ${String(MAX_HOST_CHARACTERS)} characters; send a shorter one`,
    );
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw invalid(`url is invalid: ${JSON.stringify(text)} is no absolute URL`);
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw invalid(`only supports http and https URLs, got ${url.protocol.slice(0, -1)}`);
}

function withoutUserInfo(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

function authorizationOf({ username, password }: URL, headers: readonly HttpHeader[]): readonly HttpHeader[] {
  const isGiven = headers.some(({ name }) => name.toLowerCase() === 'authorization');
  if (isGiven || (username === '' && password === '')) return [];
  const credentials = Buffer.from(`${percentDecoded(username)}:${percentDecoded(password)}`, 'latin1');
  return [{ name: 'authorization', value: `Basic ${credentials.toString('base64')}` }];
}

/** One character for each byte. A % that begins no escape stands for itself, as on the reference. */
function percentDecoded(text: string): string {
  return text.replace(/%[\da-f]{2}/gi, (escaped) =>
    String.fromCharCode(Number.parseInt(escaped.slice(1), 16)),
  );
}

function invalid(what: string): ExecError {
  return new ExecError('invalidParams', `http/request ${what}`);
}
