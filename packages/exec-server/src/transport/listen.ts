import type { EventEmitter } from 'node:events';
import { lstat, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { MAX_MESSAGE_BYTES } from '@holdfast/exec-protocol';
import { lackOfDescriptors } from '@holdfast/sandbox/internal';
import { WebSocketServer } from 'ws';
import { type AccessPolicy, type Refusal, refuseBrowser, refuseStranger } from '../auth.js';
import { systemClock } from '../clock.js';
import type { AnswerTransport } from '../rpc/answers/answer-transport.js';
import type { ListenAddress } from './listen-address.js';
import { Newcomers } from './newcomers.js';
import { PacedConnection } from './paced-connection.js';
import { ReadTurns } from './read-turns.js';
import { WebSocketTransport } from './websocket-transport.js';

/** Pieces of one frame that wait for its end. Joined, those of the largest message are half as many; more stop the event loop. */
const MAX_FRAME_PIECES = 16_384;

/** A socket that takes WebSocket connections. */
export interface Listener {
  /** What clients dial, without a token. */
  readonly url: string;
  /** Takes no further connections; those that exist are left to their owners. */
  close(): Promise<void>;
}

/** What a listener tells its owner. */
export interface ListenEvents {
  /** Somebody has connected and may come in. */
  accept(transport: AnswerTransport): void;
  /** A connection has taken the last descriptor: the system ends those that follow before anybody here sees them. */
  onFull(): void;
}

/** Of an HTTP request; with more it is answered with 431. */
const MAX_REQUEST_HEAD_BYTES = 16 * 1024;

/** What `ws` gets of what was read before it: the connection hands it on. */
const NOTHING = Buffer.alloc(0);

/**
 * @param requestMs How long a connection may take for its HTTP request.
 * @throws Error from the operating system when the address cannot be had.
 */
export async function listen(
  address: Exclude<ListenAddress, { kind: 'stdio' }>,
  policy: AccessPolicy,
  events: ListenEvents,
  requestMs?: number,
): Promise<Listener> {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    maxBufferedChunks: MAX_FRAME_PIECES,
    // The reference ignores what subprotocols a client asks for; the upgrade succeeds without one.
    handleProtocols: () => false,
  });
  const newcomers = new Newcomers({ requestMs });
  const turns = new ReadTurns(systemClock);
  const upgrade = (request: IncomingMessage, connection: PacedConnection, rest: Buffer): void => {
    const refusal = refuseUpgrade(request, policy);
    if (refusal !== undefined) {
      refuse(connection, refusal);
      return;
    }
    // No TCP keepalive: after ten seconds without an answer it gives up, long before a silent client may be given up. A
    // dead path shows by pings as well.
    connection.socket.setNoDelay(true);
    sockets.handleUpgrade(request, connection, NOTHING, (ws) => {
      newcomers.admit(connection);
      connection.takeFrames(rest);
      events.accept(new WebSocketTransport(ws, connection, labelOf(connection.socket, address)));
    });
  };
  const http = serveRequests(policy, upgrade);
  // A client may end its side behind its request, and is answered.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const connection = new PacedConnection(socket, turns);
    newcomers.add(connection);
    http.emit('connection', connection);
    if (lackOfDescriptors(1) !== undefined) events.onFull();
  });
  await bind(server, address);
  return { url: urlOf(server, address), close: () => stop(server, newcomers) };
}

/** What reads the requests of the connections that it is given. */
function serveRequests(
  policy: AccessPolicy,
  upgrade: (request: IncomingMessage, connection: PacedConnection, rest: Buffer) => void,
): EventEmitter {
  const http = createHttpServer({ maxHeaderSize: MAX_REQUEST_HEAD_BYTES });
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response, policy);
  };
  // What a client expects otherwise is no reason to answer it in another way.
  http.on('request', onRequest).on('checkExpectation', onRequest);
  http.on('upgrade', (request: IncomingMessage, connection: Duplex, rest: Buffer) => {
    // There are no others.
    if (connection instanceof PacedConnection) upgrade(request, connection, rest);
  });
  return http;
}

function refuseUpgrade(
  request: IncomingMessage,
  policy: AccessPolicy,
): Refusal | { status: 404; message: string } | undefined {
  const browser = refuseBrowser(request, policy);
  if (browser !== undefined) return browser;
  // Not every request target is an URL: `//` is none, and reading it as one would throw.
  const [path, query = ''] = (request.url ?? '/').split(/\?(.*)/s, 2);
  if (path !== '/') return { status: 404, message: 'WebSocket connections are taken at / only\n' };
  return refuseStranger(request, new URL(`ws://localhost/?${query}`), policy);
}

const STATUS_TEXTS = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' } as const;

function refuse(
  connection: PacedConnection,
  { status, message }: { status: 401 | 403 | 404; message: string },
): void {
  const head = [
    `HTTP/1.1 ${String(status)} ${STATUS_TEXTS[status]}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${String(Buffer.byteLength(message))}`,
  ];
  connection.write(`${head.join('\r\n')}\r\n\r\n${message}`);
  connection.destroySoon();
}

function answer(request: IncomingMessage, response: ServerResponse, policy: AccessPolicy): void {
  const refusal = refuseBrowser(request, policy);
  const path = request.url?.split('?', 1)[0];
  if (refusal !== undefined) send(response, refusal.status, refusal.message);
  else if (path === '/') send(response, 426, 'this is a WebSocket server\n', { Upgrade: 'websocket' });
  else if (path !== '/readyz' && path !== '/healthz') send(response, 404, 'not found\n');
  else if (request.method === 'GET' || request.method === 'HEAD') send(response, 200, '');
  else send(response, 405, 'use GET or HEAD\n', { Allow: 'GET,HEAD' });
}

function send(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  const always = { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' };
  response.writeHead(status, { ...always, ...headers }).end(text);
}

async function bind(server: Server, address: Exclude<ListenAddress, { kind: 'stdio' }>): Promise<void> {
  if (address.kind === 'unix') await removeDeadSocket(address.path);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    if (address.kind === 'tcp') server.listen(address.port, address.host);
    else listenPrivately(server, address.path);
  });
}

// The socket is the credential, so nobody else may open it, not even between its creation and a chmod.
function listenPrivately(server: Server, path: string): void {
  const umask = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(umask);
  }
}

/**
 * A socket file that nobody answers on was left by a server that crashed. One that answers is left alone, and so is
 * everything that is no socket: a connection to a plain file is refused in the same words.
 */
async function removeDeadSocket(path: string): Promise<void> {
  const code = await new Promise<string | undefined>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(undefined);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code);
    });
  });
  if (code === 'ECONNREFUSED' && (await lstat(path)).isSocket()) await rm(path);
}

function urlOf(server: Server, address: Exclude<ListenAddress, { kind: 'stdio' }>): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  const { port } = server.address() as AddressInfo;
  return `ws://${address.host.includes(':') ? `[${address.host}]` : address.host}:${String(port)}`;
}

function labelOf(socket: Socket, address: Exclude<ListenAddress, { kind: 'stdio' }>): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return `websocket ${socket.remoteAddress ?? 'unknown'}:${String(socket.remotePort ?? 0)}`;
}

function stop(server: Server, newcomers: Newcomers): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    newcomers.endAll();
  });
}
