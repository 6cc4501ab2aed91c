import { ExecError, httpRequest, type ParamsOf, type ResultOf } from '@holdfast/exec-protocol';
import { abortable } from '../abortable.js';
import type { Link } from '../connection/link.js';
import { newRequestId } from '../id.js';
import { ResponseBody } from './response-body.js';

/** What a standard request has no word for. */
export interface FetchOptions {
  /** How long head and body may take together, on the executor; default as long as they like. */
  readonly timeoutMs?: number | undefined;
  /**
   * Headers that the executor completes from its own environment, so that a secret need not be here. Variables that hold
   * credentials of a cloud, a model provider or the server itself are refused.
   */
  readonly headersFromEnv?: Readonly<Record<string, EnvHeader>> | undefined;
}

/** A header whose value the executor knows. */
export interface EnvHeader {
  /** Stands before the value; default nothing. */
  readonly prefix?: string;
  /** The variable of the executor that has the value. */
  readonly variable: string;
}

/** Statuses whose responses have no body, not even an empty one. */
const BODILESS: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/** The statuses that the platform's own Response takes. */
const LOWEST_STATUS = 200;
const HIGHEST_STATUS = 599;

/**
 * Sends a request from the executor and gives the response once its head is there; the body comes as it is read.
 * @throws ExecError `httpFailed` when there is no response, `outcomeUnknown` when the link was lost before it came,
 *   `invalidParams` for what cannot be sent; the reason of the request's signal.
 */
export async function fetchThrough(
  link: Link,
  request: Request,
  options: FetchOptions = {},
): Promise<Response> {
  const { signal } = request;
  signal.throwIfAborted();
  const requestId = newRequestId();
  const params = await paramsOf(requestId, request, options);
  const body = new ResponseBody(link, requestId, signal);
  const answering = link.request(httpRequest, params, signal, 'unsent');
  let answer: ResultOf<typeof httpRequest>;
  try {
    answer = await abortable(answering, signal);
  } catch (error) {
    // The rest of a response that nobody waits for still comes, and is left out.
    answering.then(
      () => {
        body.discard();
      },
      () => {
        body.detach();
      },
    );
    // What has no kind here is the failure of the request itself.
    if (error instanceof ExecError && error.kind === 'internal') {
      throw new ExecError('httpFailed', error.message, { code: error.code, cause: error });
    }
    throw error;
  }
  return responseOf(answer, body, request.redirect);
}

async function paramsOf(
  requestId: string,
  request: Request,
  { timeoutMs, headersFromEnv = {} }: FetchOptions,
): Promise<ParamsOf<typeof httpRequest>> {
  const own = [...request.headers].map(([name, value]) => ({ name, value }));
  const completed = Object.entries(headersFromEnv).map(([name, { prefix = '', variable }]) => ({
    name,
    value: prefix,
    valueEnvVar: variable,
  }));
  const bodyBase64 = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
  return {
    requestId,
    method: request.method,
    url: request.url,
    headers: [...own, ...completed],
    ...(bodyBase64 === undefined ? {} : { bodyBase64 }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    redirectPolicy: request.redirect === 'follow' ? 'follow' : 'stop',
    streamResponse: true,
  };
}

function responseOf(
  { status, headers }: ResultOf<typeof httpRequest>,
  body: ResponseBody,
  redirect: Request['redirect'],
): Response {
  const isRedirect = status >= 300 && status < 400 && headers.some(({ name }) => /^location$/i.test(name));
  if ((redirect === 'error' && isRedirect) || status < LOWEST_STATUS || status > HIGHEST_STATUS) {
    body.discard();
    throw new ExecError(
      'httpFailed',
      `the response has the status ${status}, which this request does not take`,
    );
  }
  const content = BODILESS.has(status) ? null : body.stream;
  if (content === null) body.discard();
  return new Response(content, { status, headers: headers.map(({ name, value }) => [name, value]) });
}
