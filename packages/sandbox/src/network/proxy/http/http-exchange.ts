import {
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { PROXY_IDLE_TIMEOUT_MS } from '../../../limits.js';
import type { Target } from '../../host-rules.js';
import { Joined } from '../joined.js';
import type { LoopTurns } from '../loop-turns.js';
import { PacedConnection } from '../paced-connection.js';
import { hasTooManyHeaders, KEPT_HEADERS } from './header-count.js';
import { reply, unreachable } from './http-answer.js';
import { endToEndHeaders, hostHeader } from './http-target.js';

/**
 * Carries one request over a connection to its target, and the answer back.
 * @param turns In which the answer is read, and bodies are carried.
 * @throws when Node refuses to send it; the connection is closed then.
 */
export function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  socket: Socket,
  target: Target,
  path: string,
  turns: LoopTurns,
): void {
  const paced = new PacedConnection(socket, turns, { isReadOut: true });
  response.on('close', () => paced.destroy());
  const onward = sendRequest({
    createConnection: () => paced,
    method: request.method,
    path,
    setHost: false,
    headers: onwardHeaders(request, target),
  });
  onward.maxHeadersCount = KEPT_HEADERS;
  const fail = (): void => {
    reply(response, unreachable(target));
  };
  onward.setTimeout(PROXY_IDLE_TIMEOUT_MS, () => onward.destroy());
  // It is followed by the close.
  onward.on('error', () => undefined);
  // Once there is an answer, that is what ends well or not. Nothing else comes from who switches to another protocol.
  onward.on('close', () => {
    if (!response.headersSent) fail();
  });
  onward.on('response', (answer) => {
    if (hasTooManyHeaders(answer.rawHeaders)) {
      onward.destroy();
      fail();
      return;
    }
    try {
      // The words of the other side may be such as cannot be written.
      response.writeHead(answer.statusCode ?? 502, endToEndHeaders(answer.rawHeaders, answer.headers, []));
    } catch {
      onward.destroy();
      fail();
      return;
    }
    pipeline(answer, new Joined(turns), response, () => paced.destroy());
  });
  carryBody(request, onward, turns);
}

/** What is sent on after nobody takes it any more is dropped: the answer may have come before. */
function carryBody(request: IncomingMessage, onward: ClientRequest, turns: LoopTurns): void {
  const body = new Joined(turns);
  request.pipe(body).pipe(onward);
  onward.on('close', () => {
    request.unpipe(body).resume();
    body.destroy();
  });
}

function onwardHeaders({ headers, rawHeaders }: IncomingMessage, target: Target): string[] {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  // Where the body ends is said once, as Node has understood it.
  const framing = length === undefined ? [] : ['Content-Length', length];
  return [
    ...['Host', hostHeader(target), 'Connection', 'close'],
    ...endToEndHeaders(rawHeaders, headers, ['host', 'expect', 'content-length']),
    ...(encoding === undefined ? framing : ['Transfer-Encoding', 'chunked']),
  ];
}
