import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { MAX_PROXY_HEADER_BYTES, MAX_PROXY_REQUESTS_BEHIND } from '../../../limits.js';
import type { Gate, NetworkCaller } from '../../gate.js';
import { clientOf } from '../client-of.js';
import { farewell } from '../farewell.js';
import type { Guard } from '../guard.js';
import type { LoopTurns } from '../loop-turns.js';
import { PacedConnection } from '../paced-connection.js';
import { whileOpen, whileWaiting } from '../presence.js';
import { tunnel } from '../tunnel.js';
import { hasTooManyHeaders, KEPT_HEADERS } from './header-count.js';
import { answerFor, blocked, MALFORMED, reply, TOO_MANY_HEADERS, wholeAnswer } from './http-answer.js';
import { exchange } from './http-exchange.js';
import { connectTarget, forwardTarget } from './http-target.js';

/**
 * Plain HTTP and CONNECT through a gate, one request for each connection: what is sent behind it is not served. It does
 * not listen: a `PacedConnection` is given to it by emitting `connection`.
 * @param turns In which answers and bodies are carried.
 * @param onRequest Called for each connection when it is clear what it wants, or that it wants nothing that could be read.
 */
export function createHttpProxy(
  gate: Gate,
  guard: Guard,
  turns: LoopTurns,
  onRequest: (socket: Socket) => void,
): Server {
  // A CONNECT without Host is legal, and who sends several headers of that name is told so by us.
  const server = createServer({ maxHeaderSize: MAX_PROXY_HEADER_BYTES, requireHostHeader: false });
  // A connection is answered once: how many there are inside bounds how many there are outside.
  server.maxRequestsPerSocket = 1;
  server.maxHeadersCount = KEPT_HEADERS;
  const used = new WeakSet<Duplex>();
  server.on('request', (request, response) => {
    used.add(request.socket);
    onRequest(connectionOf(request));
    guard(request.socket, forward(gate, turns, request, response));
  });
  server.on('connect', (request, duplex, head) => {
    const paced = pacedOf(duplex);
    // Node does not count these among the requests.
    if (used.has(paced)) {
      paced.destroy();
      return;
    }
    onRequest(paced.socket);
    const socket = paced.release(head);
    guard(socket, connectThrough(gate, turns, request, socket));
  });
  boundRequestsBehind(server);
  refuseMalformed(server, gate, used, onRequest);
  return server;
}

/** Node keeps what is sent behind a request until that is answered, and all that it was sent with. */
function boundRequestsBehind(server: Server): void {
  const behind = new WeakMap<Duplex, number>();
  server.on('dropRequest', (request: IncomingMessage, socket: Duplex) => {
    const count = (behind.get(socket) ?? 0) + 1;
    behind.set(socket, count);
    if (count > MAX_PROXY_REQUESTS_BEHIND) socket.destroy();
    request.url = '';
    request.rawHeaders = [];
    request.once('end', () => (request.rawTrailers = [])).resume();
  });
}

function refuseMalformed(
  server: Server,
  gate: Gate,
  used: WeakSet<Duplex>,
  onRequest: (socket: Socket) => void,
): void {
  server.on('clientError', (_error, duplex) => {
    const paced = pacedOf(duplex);
    // Node tells of everything that comes after the first fault as well, and of connections that broke off.
    if (paced.destroyed) return;
    // What is left of a request that was answered need not come.
    if (paced.writableEnded) {
      paced.destroy();
      return;
    }
    onRequest(paced.socket);
    gate.refuse({ protocol: 'http', client: clientOf(paced.socket) }, 'malformed');
    // In the midst of another answer, this one would be taken for a part of it.
    if (used.has(paced)) paced.destroy();
    else farewell(paced.release(), wholeAnswer(MALFORMED));
  });
}

async function connectThrough(
  gate: Gate,
  turns: LoopTurns,
  request: IncomingMessage,
  socket: Socket,
): Promise<void> {
  const caller = callerOf('https_connect', request);
  if (hasTooManyHeaders(request.rawHeaders)) {
    gate.refuse(caller, 'malformed');
    farewell(socket, wholeAnswer(TOO_MANY_HEADERS));
    return;
  }
  const requested = connectTarget(request.url ?? '', request.rawHeaders);
  if ('reason' in requested) {
    gate.refuse(caller, requested.reason, { host: requested.written });
    farewell(socket, wholeAnswer(blocked(requested.reason, requested.written)));
    return;
  }
  const { target } = requested;
  const passage = await whileWaiting(socket, (gone) => gate.open(caller, target, gone));
  if (passage.outcome !== 'open') {
    farewell(socket, wholeAnswer(answerFor(passage, target)));
    return;
  }
  if (socket.destroyed) {
    passage.socket.destroy();
    return;
  }
  socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
  tunnel(socket, passage.socket, turns, target.host.host, (name) => {
    gate.refuse(caller, 'other_host', { host: name ?? target.host.host, port: target.port });
  });
}

async function forward(
  gate: Gate,
  turns: LoopTurns,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Each request is judged on a connection of its own: nothing that is left over can be taken for a second one.
  response.shouldKeepAlive = false;
  const caller = callerOf('http', request);
  if (hasTooManyHeaders(request.rawHeaders)) {
    gate.refuse(caller, 'malformed');
    reply(response, TOO_MANY_HEADERS);
    return;
  }
  const requested = forwardTarget(request.url ?? '', request.rawHeaders);
  if ('reason' in requested) {
    gate.refuse(caller, requested.reason, { host: requested.written });
    reply(response, blocked(requested.reason, requested.written));
    return;
  }
  const { target, path } = requested;
  const passage = await whileOpen(response, (gone) => gate.open(caller, target, gone));
  if (passage.outcome !== 'open') reply(response, answerFor(passage, target));
  else if (response.destroyed) passage.socket.destroy();
  else exchange(request, response, passage.socket, target, path, turns);
}

function callerOf(protocol: 'http' | 'https_connect', request: IncomingMessage): NetworkCaller {
  return { protocol, method: request.method, client: clientOf(connectionOf(request)) };
}

function connectionOf({ socket }: IncomingMessage): Socket {
  return pacedOf(socket).socket;
}

function pacedOf(duplex: Duplex): PacedConnection {
  if (duplex instanceof PacedConnection) return duplex;
  throw new TypeError('a connection that is not paced');
}
