import type { Readable } from 'node:stream';
import { ExecError } from '@holdfast/exec-protocol';
import { LoopTurns } from '@holdfast/sandbox/internal';
import type { Dispatcher } from 'undici';
import { systemClock } from '../clock.js';
import { type TimeLimit, timeLimit } from '../time-limit.js';
import { ConnectionPool } from './connection-pool.js';
import { type HttpLibrary, loadHttpLibrary, type RawResponse } from './http-connection.js';
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

/** Who sends a request: a session, and whose it is. */
export interface HttpParty {
  readonly principal: string;
  /** Its label, which no other session has. */
  readonly session: string;
}

/** What sends requests of clients. */
export interface HttpSender {
  /**
   * @param signal Gives the request up, its body as well.
   * @param party Whose place it takes, until the body is over; always the same object for one connection.
   * @throws ExecError `httpFailed` when no response comes; `limitExceeded` when there is no place for it; the reason of `signal`.
   */
  send(request: HttpRequest, signal: AbortSignal, party: HttpParty): Promise<HttpResponse>;
}

/** How many requests are under way at a time, and whose. */
export interface HttpPlaces {
  /** How many there are. */
  readonly most: number;
  /**
   * Waits for a place.
   * @returns what gives it back; may be called twice.
   * @throws ExecError `limitExceeded` when there is none for too long; the reason of `signal`.
   */
  take(party: HttpParty, signal: AbortSignal): Promise<() => void>;
}

const MAX_REDIRECTS = 10;

/** Sends requests over the network; connections to the same host are used again. */
export class HttpClient implements HttpSender {
  readonly #places: HttpPlaces;
  readonly #pool: ConnectionPool;
  readonly #turns = new WeakMap<HttpParty, LoopTurns>();
  #library: Promise<HttpLibrary> | undefined;

  constructor(places: HttpPlaces) {
    this.#places = places;
    this.#pool = new ConnectionPool(places.most);
  }

  async send(first: HttpRequest, signal: AbortSignal, party: HttpParty): Promise<HttpResponse> {
    const limit = limitOf(signal, first.timeoutMs);
    let leave = (): void => undefined;
    const end = (): void => {
      limit.end();
      leave();
    };
    let current = first;
    try {
      leave = await this.#places.take(party, limit.signal);
      for (let redirects = 0; ; redirects += 1) {
        const response = await this.#sendOnce(current, limit.signal, this.#turnsOf(party));
        const next = first.followsRedirects
          ? redirected(current, response.status, response.headers)
          : undefined;
        if (next === undefined) {
          response.body.once('close', end);
          return response;
        }
        response.body.destroy();
        if (redirects === MAX_REDIRECTS) throw new Error(`more than ${String(MAX_REDIRECTS)} redirects`);
        current = next;
      }
    } catch (error) {
      end();
      signal.throwIfAborted();
      if (error instanceof ExecError) throw error;
      throw new ExecError('httpFailed', `http/request to ${current.url.href} failed: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  #turnsOf(party: HttpParty): LoopTurns {
    const known = this.#turns.get(party);
    if (known !== undefined) return known;
    const turns = new LoopTurns();
    this.#turns.set(party, turns);
    return turns;
  }

  async #sendOnce(request: HttpRequest, signal: AbortSignal, turns: LoopTurns): Promise<HttpResponse> {
    const options = dispatched(request);
    this.#library ??= loadHttpLibrary();
    const library = await this.#library;
    signal.throwIfAborted();
    const connection = this.#pool.take(request.url.origin, library);
    let giveUp = (reason: Error): void => void connection.close(reason);
    const onAbort = (): void => giveUp(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      // Once the library has closed it where it has to be.
      const onOver = (): void => queueMicrotask(() => this.#pool.giveBack(connection));
      const { status, headers, body } = await connection.send(options, turns, onOver);
      giveUp = (reason) => body.destroy(reason);
      body.once('close', () => signal.removeEventListener('abort', onAbort));
      return { status, headers: pairs(headers), body };
    } catch (error) {
      signal.removeEventListener('abort', onAbort);
      signal.throwIfAborted();
      throw error;
    }
  }
}

/** As the library sends it. */
function dispatched({ method, url, headers, body }: HttpRequest): Dispatcher.DispatchOptions {
  // It opens a tunnel, and nobody could speak through that.
  if (method === 'CONNECT') throw new Error('invalid method');
  return {
    method,
    path: url.pathname + url.search,
    headers: headers.flatMap(({ name, value }) => [name, value]),
    body: body ?? null,
  };
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

/** What a person can do something about, without the address. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'it took longer than timeoutMs';
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}

function pairs(raw: RawResponse['headers']): readonly HttpHeader[] {
  const headers: HttpHeader[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    headers.push({ name: String(raw[at]).toLowerCase(), value: String(raw[at + 1]) });
  }
  return headers;
}
