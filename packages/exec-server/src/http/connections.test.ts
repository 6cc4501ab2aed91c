import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once, setMaxListeners } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { ExecError } from '@holdfast/exec-protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { HttpClient } from './http-client.js';
import { createHttpPlaces, mostRequests } from './http-places.js';
import { planHttpRequest } from './http-request.js';
import { JoinedBody, MAX_JOINED_BODY_BYTES, MAX_PARTS_AT_ONCE } from './joined-body.js';

const WAIT = { timeout: 15_000 };
const never = new AbortController().signal;
setMaxListeners(0, never);

/** Descriptors with which a server has as few requests under way as it may. */
const FEW = 0;

/** Of these a session has half, so that as many are left for others. */
const OWN_PLACES = mostRequests(FEW) / 2;

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A client, and a server that it may reach under many addresses. */
async function rig(answer: (path: string, response: ServerResponse) => void) {
  const sockets = new Set<Socket>();
  const server = createServer(({ url = '' }, response) => {
    answer(url, response);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new HttpClient(createHttpPlaces(FEW));
  ends.push(
    () => client.close(),
    () => {
      server.closeAllConnections();
      server.close();
    },
  );
  const party = { principal: 'everybody', session: 'one' };
  const send = (path: string, { last = 1, timeoutMs = 60_000, signal = never } = {}) => {
    const url = `http://127.0.0.${String(last)}:${String(port)}${path}`;
    return client.send(planHttpRequest({ requestId: '', method: 'GET', url, timeoutMs }, {}), signal, party);
  };
  return { send, sockets };
}

test('a connection is used again, also behind a body in many parts', async () => {
  const connections: unknown[] = [];
  const { send } = await rig((_path, response) => {
    connections.push(response.socket?.remotePort);
    for (let parts = 0; parts < 1000; parts += 1) response.write('x');
    response.end();
  });
  const bodies: string[] = [];
  for (let sent = 0; sent < 3; sent += 1) {
    bodies.push(await text((await send('/')).body));
  }
  expect([bodies, new Set(connections).size]).toEqual([Array(3).fill('x'.repeat(1000)), 1]);
});

test('of connections that may be used again no more are kept than requests may be under way', async () => {
  const { send, sockets } = await rig((_path, response) => response.end());
  const most = mostRequests(FEW);
  for (let last = 1; last <= 2 * most; last += 1) {
    await text((await send('/', { last })).body);
    expect(sockets.size).toBeLessThanOrEqual(most + 1);
  }
  await vi.waitUntil(() => sockets.size === most, WAIT);
});

test('requests beyond what a session may have under way wait, and go on when a body was taken', async () => {
  const asked: ServerResponse[] = [];
  const { send } = await rig((_path, response) => asked.push(response));
  const first = Array.from({ length: OWN_PLACES }, () => send('/'));
  const second = send('/');
  await vi.waitUntil(() => asked.length === OWN_PLACES, WAIT);
  asked[0]?.end('x');
  const { body } = await Promise.race(first);
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked.length).toBe(OWN_PLACES);
  expect(await text(body)).toBe('x');
  await vi.waitUntil(() => asked.length === OWN_PLACES + 1, WAIT);
  for (const response of asked) response.end();
  expect((await second).status).toBe(200);
  await Promise.all(first);
});

test('the time of a request counts while it waits', async () => {
  const { send } = await rig(() => undefined);
  const gone = new AbortController();
  const waiting = Array.from({ length: OWN_PLACES }, () => send('/', { signal: gone.signal }).catch(String));
  await expect(send('/', { timeoutMs: 20 })).rejects.toThrow('it took longer than timeoutMs');
  gone.abort(new ExecError('connectionLost', 'gone'));
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['ExecError: gone']));
});

test('a request that is given up has its connection closed, and its place is free', async () => {
  const { send, sockets } = await rig((path, response) => {
    if (path === '/whole') response.end('x');
    else if (path === '/begun') response.write('x');
  });
  for (const path of ['/silent', '/begun']) {
    const gone = new AbortController();
    const all = Array.from({ length: OWN_PLACES }, () => send(path, { signal: gone.signal }).catch(String));
    await vi.waitUntil(() => sockets.size === OWN_PLACES, WAIT);
    if (path === '/begun') await Promise.all(all);
    gone.abort(new Error('given up'));
    await vi.waitUntil(() => sockets.size === 0, WAIT);
    await Promise.all(all);
  }
  expect(await text((await send('/whole')).body)).toBe('x');
});

/** Sends a request to a server that answers with raw bytes. */
async function sendTo(answer: (socket: Socket) => void, { scheme = 'http', timeoutMs = 60_000 } = {}) {
  const server = createTcpServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  const client = new HttpClient(createHttpPlaces(FEW));
  ends.push(() => client.close());
  const url = `${scheme}://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  const request = planHttpRequest({ requestId: '', method: 'GET', url, timeoutMs }, {});
  return client.send(request, never, { principal: 'everybody', session: 'one' });
}

test('the time of a request counts while its connection is made, which is closed then', async () => {
  let socket: Socket | undefined;
  const answer = sendTo((came) => (socket = came.on('error', () => undefined).resume()), {
    scheme: 'https',
    timeoutMs: 200,
  });
  await expect(answer).rejects.toThrow('it took longer than timeoutMs');
  await vi.waitUntil(() => socket?.closed === true, { timeout: 5_000 });
});

test.each([
  ['its length', (length: number) => `Content-Length: ${String(length)}\r\n`],
  ['the end of the connection', () => ''],
])('a large body whose end is told by %s comes whole', async (_what, header) => {
  const body = Buffer.alloc(5_000_000, 'one\nother\n\n');
  const head = Buffer.from(`HTTP/1.1 200 OK\r\n${header(body.length)}\r\n`);
  const response = await sendTo((socket) => {
    socket.once('data', () => socket.end(Buffer.concat([head, body])));
  });
  expect((await text(response.body)) === body.toString()).toBe(true);
});

const CHUNK = {
  header: 'Transfer-Encoding: chunked\r\n',
  start: `${(2 * MAX_JOINED_BODY_BYTES).toString(16)}\r\n`,
};
const TO_THE_END = { header: '', start: '' };
const WAITING = Buffer.alloc(MAX_JOINED_BODY_BYTES, 'y');
const RESET = 'Error: read ECONNRESET';

test.each([
  [
    'in a chunk is closed',
    CHUNK,
    'end',
    'HTTPParserError: Response does not match the HTTP/1.1 protocol (Invalid EOF state)',
  ],
  ['in a chunk is reset', CHUNK, 'resetAndDestroy', RESET],
  ['without a length is closed', TO_THE_END, 'end', `x${WAITING.toString()}`],
  ['without a length is reset', TO_THE_END, 'resetAndDestroy', RESET],
] as const)(
  'the connection of a body %s while it waits to be taken: told behind what has come',
  async (_what, { header, start }, close, outcome) => {
    const ofServer: Socket[] = [];
    const ofClient: Socket[] = [];
    const note = (message: unknown): unknown =>
      ofClient.push((message as { readonly socket: Socket }).socket);
    subscribe('net.client.socket', note);
    ends.push(() => unsubscribe('net.client.socket', note));
    const add = vi.spyOn(JoinedBody.prototype, 'add');
    const { body } = await sendTo((socket) => {
      ofServer.push(socket);
      socket.write(`HTTP/1.1 200 OK\r\nConnection: close\r\n${header}\r\n${start}x`);
    });
    body.once('readable', () => undefined);
    await vi.waitUntil(() => body.readableLength === 1, WAIT);
    // As much as is joined until somebody takes it: the parser pauses, and has nothing left.
    ofServer[0]?.write(WAITING);
    await vi.waitUntil(() => sum(add.mock.calls.map(([part]) => part.length)) === 1 + WAITING.length, WAIT);
    ofServer[0]?.[close]();
    await vi.waitUntil(() => ofClient[0]?.closed, WAIT);
    expect(await text(body).catch(String)).toBe(outcome);
  },
);

test('the end comes together with as many parts as are parsed at once', async () => {
  const parts = `${'1\r\nx\r\n'.repeat(MAX_PARTS_AT_ONCE - 1)}2\r\nx`;
  const head = 'HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n';
  for (let sent = 0; sent < 10; sent += 1) {
    const { body } = await sendTo((socket) => socket.once('data', () => socket.end(head + parts)));
    expect(await text(body).catch(String)).toContain('Invalid EOF state');
  }
});

function sum(all: readonly number[]): number {
  return all.reduce((total, one) => total + one, 0);
}
