import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { MAX_NEW_CONNECTIONS } from '@holdfast/exec-protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { AnswerTransport } from '../rpc/answers/answer-transport.js';
import { type Listener, listen } from './listen.js';
import { MAX_WAITING_REQUESTS } from './newcomers.js';

const ADDRESS = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
const POLICY = { token: null, allowedHosts: null };

let listener: Listener;
let accepted: AnswerTransport[];
let strangers: Socket[];

beforeEach(() => {
  accepted = [];
  strangers = [];
});

afterEach(async () => {
  for (const stranger of strangers) stranger.destroy();
  for (const transport of accepted) transport.destroy();
  await listener.close();
});

async function listenFor(requestMs?: number): Promise<void> {
  const events = {
    accept: (transport: AnswerTransport) => accepted.push(transport),
    onFull: () => undefined,
  };
  listener = await listen(ADDRESS, POLICY, events, requestMs);
}

/** A connection that asks for nothing. */
async function stranger(): Promise<Socket> {
  const socket = connect(Number(new URL(listener.url).port), ADDRESS.host);
  socket.on('error', () => undefined);
  strangers.push(socket);
  await once(socket, 'connect');
  return socket;
}

async function health(): Promise<number> {
  const url = `${listener.url.replace('ws', 'http')}/healthz`;
  return (await fetch(url, { headers: { connection: 'close' } })).status;
}

async function client(): Promise<WebSocket> {
  const socket = new WebSocket(listener.url);
  await once(socket, 'open');
  return socket;
}

test('of many that ask for nothing the oldest are ended, and neither clients nor health wait for them', async () => {
  await listenFor();
  const before = await client();
  const pong = once(before, 'pong');
  const first = await stranger();
  const ended = once(first, 'close');
  while (strangers.length < MAX_NEW_CONNECTIONS - 1) await stranger();
  expect([await health(), first.closed]).toEqual([200, false]);
  await stranger();
  await stranger();
  await ended;
  expect(await health()).toBe(200);
  await client();
  before.ping();
  await pong;
  expect(accepted).toHaveLength(2);
});

test('many clients that come at once all come in', async () => {
  await listenFor();
  await Promise.all(Array.from({ length: 2 * MAX_NEW_CONNECTIONS }, client));
  expect(accepted).toHaveLength(2 * MAX_NEW_CONNECTIONS);
});

test('who does not ask in time is told so and ended', async () => {
  await listenFor(100);
  const [silent, slow] = [await stranger(), await stranger()];
  const told = Promise.all([answerOf(silent), answerOf(slow)]);
  slow.write('GET / HTTP/1.1\r\nhost:');
  expect(await told).toEqual(Array(2).fill('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'));
});

/** All that comes until the other side ends. */
async function answerOf(socket: Socket): Promise<string> {
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  await once(socket, 'close');
  return Buffer.concat(pieces).toString();
}

/** One answer, and that the connection ends with it. */
const NOT_FOUND =
  /^HTTP\/1\.1 404 Not Found\r\n(?:(?!HTTP)[^])*Connection: close\r\n(?:(?!HTTP)[^])*\r\nnot found\n\r\n0\r\n\r\n$/;

test('a connection has one request, and what follows it is not looked at', async () => {
  await listenFor();
  let parsed = 0;
  const count = (): unknown => (parsed += 1);
  subscribe('http.server.request.start', count);
  const sent = await stranger();
  const answered = answerOf(sent);
  sent.write('GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1_000));
  expect(await answered).toMatch(NOT_FOUND);
  unsubscribe('http.server.request.start', count);
  expect(parsed).toBe(1);
});

test.each(['\r\n', '\n'])(
  'a head that comes byte by byte, with lines that end in %j, is one request',
  async (line) => {
    await listenFor();
    const sent = await stranger();
    const answered = answerOf(sent);
    for (const byte of `${line}GET /x HTTP/1.1${line}Host: localhost${line}${line}`) {
      sent.write(byte);
      await nextTurn();
    }
    expect(await answered).toMatch(line === '\n' ? /^HTTP\/1\.1 400 Bad Request\r\n/ : NOT_FOUND);
  },
);

test('a head of more than 16 KiB is refused, and one that ends before is read', async () => {
  await listenFor();
  const lines = 'GET /x HTTP/1.1\r\nHost: localhost\r\na: ';
  const [long, short, broken] = [await stranger(), await stranger(), await stranger()];
  const answers = Promise.all([long, short, broken].map(answerOf));
  long.write(lines + 'a'.repeat(16 * 1024));
  short.write(`${lines + 'a'.repeat(16 * 1024 - lines.length - 100)}\r\n\r\n`);
  broken.end(lines);
  expect(await answers).toEqual([
    'HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n',
    expect.stringMatching(NOT_FOUND),
    'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n',
  ]);
});

const UPGRADE = [
  'Upgrade: websocket',
  'Connection: Upgrade',
  `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
  'Sec-WebSocket-Version: 13',
].join('\r\n');

test.each([
  ['an expectation that nobody knows', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nExpect: x\r\n\r\n', 200],
  ['a body that never comes', 'POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n', 404],
  ['a beginning of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 408],
  ['no HTTP at all', '\0\x01\r\n\r\n', 400],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['an upgrade elsewhere', `GET /x HTTP/1.1\r\nHost: localhost\r\n${UPGRADE}\r\n\r\n`, 404],
  [
    'an upgrade to something else',
    'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
    400,
  ],
])(
  'a connection with %s is answered once and ended, though its client keeps it open',
  async (_, text, status) => {
    await listenFor(1_000);
    const sent = await stranger();
    const answered = answerOf(sent);
    sent.write(text);
    const answers = (await answered).match(/HTTP\/1\.1 \d+/g);
    expect(answers).toEqual([`HTTP/1.1 ${String(status)}`]);
  },
);

test('a client that sends much more than its request has the answer, and nothing is left of it', async () => {
  await listenFor(60_000);
  const requests = 'GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(50_000);
  for (let time = 0; time < 10; time += 1) {
    const sent = await stranger();
    const answered = answerOf(sent);
    sent.write(requests);
    expect(await answered).toMatch(NOT_FOUND);
  }
});

test('a client that is told that it has asked for nothing is ended, though it keeps its side open', async () => {
  await listenFor(100);
  const socket = connect({ port: Number(new URL(listener.url).port), allowHalfOpen: true });
  strangers.push(socket);
  await once(socket.resume(), 'end');
  const left = (): unknown => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap');
  await vi.waitUntil(() => isDeepStrictEqual(left(), ['TCPSocketWrap']));
});

test('a client that ends its side behind its request is answered', async () => {
  await listenFor();
  const sent = await stranger();
  const answered = answerOf(sent);
  sent.end('GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect(await answered).toMatch(NOT_FOUND);
});

test.each([
  ['nothing', ''],
  ['an answer to come', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['one request and more', 'GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(9_000)],
  ['an expectation', 'POST /x HTTP/1.1\r\nHost: localhost\r\nExpect: x\r\nContent-Length: 9\r\n\r\n'],
])(
  'of clients that go at once, having sent %s, nothing is left, and more of them than may wait keep nobody out',
  async (_, text) => {
    await listenFor();
    for (let count = 0; count <= MAX_WAITING_REQUESTS; count += 1) {
      const sent = await stranger();
      if (text !== '') sent.write(text);
      sent.resetAndDestroy();
    }
    expect(await health()).toBe(200);
    await vi.waitFor(() => {
      expect(process.getActiveResourcesInfo()).not.toContain('TCPSocketWrap');
    });
  },
);

test('a listener that closes ends those who have not come in', async () => {
  await listenFor();
  const silent = await stranger();
  const closed = once(silent, 'close');
  await health();
  await listener.close();
  await closed;
  await listenFor();
});
