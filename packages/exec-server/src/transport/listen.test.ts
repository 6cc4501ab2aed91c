import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { MAX_NEW_CONNECTIONS } from '@holdfast/exec-protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { AnswerTransport } from '../rpc/answers/answer-transport.js';
import { type Listener, listen } from './listen.js';

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
  slow.write('GET / HTTP/1.1\r\nhost:');
  const said = await Promise.all([silent, slow].map(async (socket) => String(await once(socket, 'data'))));
  expect(said.map((text) => text.split('\r\n', 1))).toEqual(Array(2).fill(['HTTP/1.1 408 Request Timeout']));
  await Promise.all([once(silent, 'close'), once(slow, 'close')]);
});
