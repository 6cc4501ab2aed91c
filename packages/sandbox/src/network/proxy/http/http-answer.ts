import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Passage } from '../../gate.js';
import type { Target } from '../../host-rules.js';
import { reasonOf } from '../../reason-of.js';

/** An answer of the proxy itself, where there is none of the other side. */
export interface ProxyAnswer {
  readonly status: 400 | 403 | 431 | 502;
  readonly body: {
    readonly status: 'blocked' | 'failed';
    /** As it was written, where it could not be read. */
    readonly host?: string;
    /** A word of ours, or what was said by whoever refused it. */
    readonly reason: string;
  };
}

/** To a request that names no target. */
export function blocked(reason: string, host: string): ProxyAnswer {
  return { status: 403, body: { status: 'blocked', host, reason } };
}

/** To what is no request. */
export const MALFORMED: ProxyAnswer = { status: 400, body: { status: 'blocked', reason: 'malformed' } };

/** To a request with more headers than may be. */
export const TOO_MANY_HEADERS: ProxyAnswer = { status: 431, body: MALFORMED.body };

/** To a request that was allowed, where the other side cannot be reached or gives no answer that could be passed on. */
export function unreachable({ host: { host } }: Target): ProxyAnswer {
  return { status: 502, body: { status: 'failed', host, reason: 'unreachable' } };
}

/** To a request that did not get through the gate. */
export function answerFor(
  passage: Exclude<Passage, { readonly outcome: 'open' }>,
  target: Target,
): ProxyAnswer {
  return passage.outcome === 'refused' ? blocked(reasonOf(passage), target.host.host) : unreachable(target);
}

/** Gives an answer through Node, unless it is too late for one. */
export function reply(response: ServerResponse, { status, body }: ProxyAnswer): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const text = JSON.stringify(body);
  response.writeHead(status, headersOf(text)).end(text);
}

/** The whole answer, for a connection that Node has handed over. */
export function wholeAnswer({ status, body }: ProxyAnswer): string {
  const text = JSON.stringify(body);
  const headers = Object.entries({ ...headersOf(text), Connection: 'close' });
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    '',
    text,
  ].join('\r\n');
}

function headersOf(text: string): Readonly<Record<string, string>> {
  return { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(text)) };
}
