import type { Readable } from 'node:stream';
import { ExecError } from '@holdfast/exec-protocol';
import type { Agent, request } from 'undici';
import { systemClock } from '../clock.js';
import { type TimeLimit, timeLimit } from '../time-limit.js';
import type { HttpHeader, HttpRequest } from './http-request.js';
import { redirected } from './redirect.js';

/** The head of a response, and its body still to be read. */
export interface HttpResponse {
  readonly status: number;
  /** In the order in which they came, names in lower case. */
  readonly headers: readonly HttpHeader[];
  /** Fails when the body does not come whole. Destroy it when it is not wanted. */
  readonly body: Readable;
}

/** What sends requests of clients. */
export interface HttpSender {
  /**
   * @param signal Gives the request up, its body as well.
   * @throws ExecError `httpFailed` when no response comes; the reason of `signal`.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>;
}

const MAX_REDIRECTS = 10;

/** Sends requests over the network; connections to the same host are used again. */
export class HttpClient implements HttpSender {
  #network: Promise<Network> | undefined;

  async send(first: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const limit = limitOf(signal, first.timeoutMs);
    let current = first;
    try {
      for (let redirects = 0; ; redirects += 1) {
        const response = await this.#sendOnce(current, limit.signal);
        const next = first.followsRedirects
          ? redirected(current, response.status, response.headers)
          : undefined;
        if (next === undefined) {
          response.body.once('close', limit.end);
          return response;
        }
        response.body.destroy();
        if (redirects === MAX_REDIRECTS) throw new Error(`more than ${String(MAX_REDIRECTS)} redirects`);
        current = next;
      }
    } catch (error) {
      limit.end();
      signal.throwIfAborted();
      throw new ExecError('httpFailed', `http/request to ${current.url.href} failed: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }

  async close(): Promise<void> {
    await (await this.#network)?.agent.destroy();
  }

  async #sendOnce({ method, url, headers, body }: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    this.#network ??= openNetwork();
    const { request, agent } = await this.#network;
    const response = await request(url, {
      method,
      headers: headers.flatMap(({ name, value }) => [name, value]),
      body: body ?? null,
      dispatcher: agent,
      responseHeaders: 'raw',
      signal,
    });
    const { statusCode: status, body: content } = response;
    // A body that is given up fails once more; whoever reads it hears of that.
    content.on('error', () => undefined);
    return { status, headers: pairs(response.headers), body: content };
  }
}

/** The time that a request has; without one its signal alone counts. */
function limitOf(signal: AbortSignal, timeoutMs: number | undefined): TimeLimit {
  if (timeoutMs === undefined) return { signal, end: () => undefined };
  return timeLimit(
    systemClock,
    signal,
    timeoutMs,
    () => new DOMException('the time is over', 'TimeoutError'),
  );
}

interface Network {
  readonly request: typeof request;
  readonly agent: Agent;
}

// Most servers are never asked to send anything, and the library takes its time and memory.
async function openNetwork(): Promise<Network> {
  const undici = await import('undici');
  // Time is the client's to limit.
  return { request: undici.request, agent: new undici.Agent({ headersTimeout: 0, bodyTimeout: 0 }) };
}

/** What a person can do something about, without the address. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'it took longer than timeoutMs';
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}

// Asked for raw, headers come as a list in which names and values alternate; the declared type does not say so.
function pairs(raw: unknown): readonly HttpHeader[] {
  const list = raw as readonly (string | Buffer)[];
  const headers: HttpHeader[] = [];
  for (let at = 0; at + 1 < list.length; at += 2) {
    headers.push({ name: String(list[at]).toLowerCase(), value: String(list[at + 1]) });
  }
  return headers;
}
