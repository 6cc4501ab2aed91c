import { hasLongHost } from './http-host.js';
import type { HttpHeader, HttpRequest } from './http-request.js';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** What belongs to the body of a request. */
const BODY_HEADERS = new Set([
  'content-length',
  'content-type',
  'content-encoding',
  'content-language',
  'transfer-encoding',
]);

/** What must not be told to another host; nor must what the executor filled in from its environment. */
const CREDENTIAL_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization']);

/**
 * The request that a response asks for instead, by the rules of RFC 9110 §15.4 as browsers apply them; undefined where it
 * asks for none that can be sent.
 */
export function redirected(
  request: HttpRequest,
  status: number,
  headers: readonly HttpHeader[],
): HttpRequest | undefined {
  const location = headers.find(({ name }) => name === 'location')?.value;
  if (!REDIRECTS.has(status) || location === undefined || hasLongHost(location)) return undefined;
  if (!URL.canParse(location, request.url.href)) return undefined;
  const url = new URL(location, request.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const losesBody = status === 303 ? request.method !== 'HEAD' : status < 303 && request.method === 'POST';
  const isElsewhere = url.origin !== request.url.origin;
  return {
    ...request,
    url,
    method: losesBody ? 'GET' : request.method,
    body: losesBody ? undefined : request.body,
    headers: request.headers.filter(
      (header) => !(losesBody && isOfBody(header)) && !(isElsewhere && isCredential(header)),
    ),
  };
}

function isOfBody({ name }: HttpHeader): boolean {
  return BODY_HEADERS.has(name.toLowerCase());
}

function isCredential({ name, isFromEnvironment }: HttpHeader): boolean {
  return isFromEnvironment === true || CREDENTIAL_HEADERS.has(name.toLowerCase());
}
