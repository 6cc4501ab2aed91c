import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { MAX_PROXY_HEADER_BYTES, PROXY_IDLE_TIMEOUT_MS } from '../../limits.js';
import type { Gate, NetworkCaller, Passage } from '../gate.js';
import type { Target } from '../host-rules.js';
import { reasonOf } from '../reason-of.js';
import { clientOf } from './client-of.js';
import { connectTarget, endToEndHeaders, forwardTarget, hostHeader } from './http-target.js';
import { tunnel } from './tunnel.js';

/**
 * Plain HTTP and CONNECT through a gate, one request for each connection: what is sent behind it is not answered. It does
 * not listen: connections are given to it by emitting `connection`.
 * @param onRequest Called for each connection when it is clear what it wants.
 */
export function createHttpProxy(gate: Gate, onRequest: (socket: Socket) => void): Server {
  // A CONNECT without Host is legal, and who sends several headers of that name is told so by us.
  const server = createServer({ maxHeaderSize: MAX_PROXY_HEADER_BYTES, requireHostHeader: false });
  // A connection is answered once: how many there are inside bounds how many there are outside.
  server.maxRequestsPerSocket = 1;
  const used = new WeakSet<Socket>();
  server.on('request', (request, response) => {
    used.add(request.socket);
    onRequest(request.socket);
    void forward(gate, request, response);
  });
  server.on('connect', (request, socket: Socket, head) => {
    // Node does not count these among the requests.
    if (used.has(socket)) {
      socket.destroy();
      return;
    }
    onRequest(socket);
    // Node stops listening for errors when it hands over a connection.
    socket.on('error', () => undefined);
    if (head.length > 0) socket.unshift(head);
    void connectThrough(gate, request, socket);
  });
  server.on('clientError', (_error, socket) => {
    gate.refuse({ protocol: 'http', client: clientOf(socket) }, 'malformed');
    socket.end(answerOf(400, { status: 'blocked', reason: 'malformed' }));
  });
  return server;
}

async function connectThrough(gate: Gate, request: IncomingMessage, socket: Socket): Promise<void> {
  const caller = callerOf('https_connect', request);
  const requested = connectTarget(request.url ?? '', request.rawHeaders);
  if ('reason' in requested) {
    gate.refuse(caller, requested.reason, { host: requested.written });
    socket.end(answerOf(403, { status: 'blocked', host: requested.written, reason: requested.reason }));
    return;
  }
  const { target } = requested;
  const passage = await gate.open(caller, target);
  if (passage.outcome !== 'open') {
    const { status, body } = failureOf(passage, target);
    socket.end(answerOf(status, body));
    return;
  }
  if (socket.destroyed) {
    passage.socket.destroy();
    return;
  }
  socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
  tunnel(socket, passage.socket, target.host.host, (name) => {
    gate.refuse(caller, 'other_host', { host: name ?? target.host.host, port: target.port });
  });
}

async function forward(gate: Gate, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Each request is judged on a connection of its own: nothing that is left over can be taken for a second one.
  response.shouldKeepAlive = false;
  const caller = callerOf('http', request);
  const requested = forwardTarget(request.url ?? '', request.rawHeaders);
  if ('reason' in requested) {
    gate.refuse(caller, requested.reason, { host: requested.written });
    reply(response, 403, { status: 'blocked', host: requested.written, reason: requested.reason });
    return;
  }
  const { target, path } = requested;
  const passage = await gate.open(caller, target);
  if (passage.outcome !== 'open') {
    const { status, body } = failureOf(passage, target);
    reply(response, status, body);
  } else if (response.destroyed) {
    passage.socket.destroy();
  } else {
    exchange(request, response, passage.socket, target, path);
  }
}

function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  socket: Socket,
  target: Target,
  path: string,
): void {
  const { method, headers, rawHeaders } = request;
  const isChunked = headers['transfer-encoding'] !== undefined;
  const onward = sendRequest({
    createConnection: () => socket,
    method,
    path,
    setHost: false,
    headers: [
      ...['Host', hostHeader(target), 'Connection', 'close'],
      ...endToEndHeaders(rawHeaders, headers, ['host', 'expect']),
      ...(isChunked ? ['Transfer-Encoding', 'chunked'] : []),
    ],
  });
  onward.setTimeout(PROXY_IDLE_TIMEOUT_MS, () => onward.destroy());
  onward.on('error', () => {
    if (response.headersSent) response.destroy();
    else reply(response, 502, { status: 'failed', host: target.host.host, reason: 'unreachable' });
  });
  onward.on('response', (answer) => {
    response.writeHead(
      answer.statusCode ?? 502,
      answer.statusMessage,
      endToEndHeaders(answer.rawHeaders, answer.headers, []),
    );
    pipeline(answer, response, () => socket.destroy());
  });
  response.on('close', () => socket.destroy());
  pipeline(request, onward, () => undefined);
}

function callerOf(protocol: 'http' | 'https_connect', { method, socket }: IncomingMessage): NetworkCaller {
  return { protocol, method, client: clientOf(socket) };
}

interface FailureBody {
  readonly status: 'blocked' | 'failed';
  readonly host?: string;
  /** A word of ours, or what was said by whoever refused it. */
  readonly reason: string;
}

function failureOf(
  passage: Exclude<Passage, { readonly outcome: 'open' }>,
  { host: { host } }: Target,
): { readonly status: number; readonly body: FailureBody } {
  return passage.outcome === 'refused'
    ? { status: 403, body: { status: 'blocked', host, reason: reasonOf(passage) } }
    : { status: 502, body: { status: 'failed', host, reason: 'unreachable' } };
}

function reply(response: ServerResponse, status: number, body: FailureBody): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

const REASON_PHRASES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  502: 'Bad Gateway',
};

/** A whole answer, for a connection that Node has handed over. */
function answerOf(status: number, body: FailureBody): string {
  const text = JSON.stringify(body);
  return [
    `HTTP/1.1 ${status} ${REASON_PHRASES[status] ?? ''}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
    '',
    text,
  ].join('\r\n');
}
