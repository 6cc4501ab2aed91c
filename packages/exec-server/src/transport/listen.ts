import { lstat, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { MAX_MESSAGE_BYTES, REQUEST_TIMEOUT_MS } from '@holdfast/exec-protocol';
import { lackOfDescriptors } from '@holdfast/sandbox/internal';
import { WebSocketServer } from 'ws';
import { type AccessPolicy, type Refusal, refuseBrowser, refuseStranger } from '../auth.js';
import type { AnswerTransport } from '../rpc/answers/answer-transport.js';
import { joinPieces } from './frame-pieces.js';
import type { ListenAddress } from './listen-address.js';
import { Newcomers } from './newcomers.js';
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

/** How often it is looked who has let the time for its request pass. */
const REQUEST_CHECK_MS = 1_000;

/**
 * @param requestMs How long a connection may take for its HTTP request.
 * @throws Error from the operating system when the address cannot be had.
 */
export async function listen(
  address: Exclude<ListenAddress, { kind: 'stdio' }>,
  policy: AccessPolicy,
  events: ListenEvents,
  requestMs: number = REQUEST_TIMEOUT_MS,
): Promise<Listener> {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    maxBufferedChunks: MAX_FRAME_PIECES,
    // The reference ignores what subprotocols a client asks for; the upgrade succeeds without one.
    handleProtocols: () => false,
  });
  const newcomers = new Newcomers();
  const times = {
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: REQUEST_CHECK_MS,
  };
  const server = createServer(times, (request, response) => {
    answer(request, response, policy);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refuseUpgrade(request, policy);
    if (refusal !== undefined) {
      refuse(socket, refusal);
      return;
    }
    // No TCP keepalive: after ten seconds without an answer it gives up, long before a silent client may be given up. A
    // dead path shows by pings as well.
    request.socket.setNoDelay(true);
    sockets.handleUpgrade(request, socket, joinPieces(socket, head), (ws) => {
      newcomers.admit(socket);
      events.accept(new WebSocketTransport(ws, socket, labelOf(request, address)));
    });
  });
  server.on('connection', (socket) => {
    newcomers.add(socket);
    if (lackOfDescriptors(1) !== undefined) events.onFull();
  });
  await bind(server, address);
  return { url: urlOf(server, address), close: () => stop(server) };
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

function refuse(socket: Duplex, { status, message }: { status: 401 | 403 | 404; message: string }): void {
  const head = [
    `HTTP/1.1 ${String(status)} ${STATUS_TEXTS[status]}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${String(Buffer.byteLength(message))}`,
  ];
  socket.on('error', () => undefined);
  // A peer that does not close its side would keep the descriptor for ever.
  socket.on('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${message}`);
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
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers }).end(text);
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

function labelOf(request: IncomingMessage, address: Exclude<ListenAddress, { kind: 'stdio' }>): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return `websocket ${request.socket.remoteAddress ?? 'unknown'}:${String(request.socket.remotePort ?? 0)}`;
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    // Those that became WebSockets are not among them. One that never asked for anything counts as busy.
    server.closeAllConnections();
  });
}
