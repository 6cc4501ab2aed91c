import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test, vi } from 'vitest';
import { MAX_LINES_AT_ONCE } from '../../../limits.js';
import { PacedConnection } from '../paced-connection.js';
import { countTurns } from '../testing/count-turns.js';
import { over, type ProxyRig, rigProxy } from '../testing/proxy-rig.js';

const DEADLINE_MS = 30_000;
const WAIT = { timeout: 15_000 };

const CONNECTIONS = 40;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Connections that the proxy has, and has read nothing of. */
async function idle(rig: ProxyRig): Promise<readonly Socket[]> {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => rig.dial()));
  await vi.waitUntil(() => rig.inside.length === CONNECTIONS, WAIT);
  return clients;
}

const REFUSED = 'GET http://b.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n';
const LINES_OF_REQUEST = 3;

test(
  'of connections that send many requests at once, Node makes few in each turn, and no more of what comes behind those that are too many',
  async () => {
    const counts = countTurns();
    const made = new Map<unknown, number>();
    const see = (message: unknown): void => {
      const { socket } = (message as { readonly request: IncomingMessage }).request;
      made.set(socket, (made.get(socket) ?? 0) + 1);
      counts.add(1);
    };
    await using rig = await rigProxy(() => undefined);
    const clients = await idle(rig);
    subscribe('http.server.request.start', see);
    for (const client of clients) client.write(REFUSED.repeat(1000));
    await Promise.all(clients.map(over));
    unsubscribe('http.server.request.start', see);
    const most = Math.floor(MAX_LINES_AT_ONCE / LINES_OF_REQUEST);
    expect(Math.max(...counts.of)).toBe(most);
    expect([made.size, Math.max(...made.values())]).toEqual([CONNECTIONS, most]);
  },
  DEADLINE_MS,
);

const CHUNKS = 2000;

test(
  'of answers in single bytes that come on many connections at once, Node gets few lines in each turn, and clients all bytes',
  async () => {
    const counts = countTurns();
    vi.spyOn(PacedConnection.prototype, 'push').mockImplementation(function (this: PacedConnection, piece) {
      if (piece !== null) counts.add(String(piece).split('\n').length - 1);
      return Duplex.prototype.push.call(this, piece);
    });
    const asked: Socket[] = [];
    await using rig = await rigProxy((socket) => {
      socket.once('data', () => asked.push(socket));
    });
    const clients = await idle(rig);
    for (const client of clients) client.write('GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n');
    await vi.waitUntil(() => asked.length === CONNECTIONS, WAIT);
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    for (const socket of asked) socket.write(`${head}${'1\r\nx\r\n'.repeat(CHUNKS)}0\r\n\r\n`);
    const bodies = (await Promise.all(clients.map(text))).map((answer) =>
      answer.slice(answer.indexOf('\r\n\r\n') + 4).replaceAll(/^[0-9a-f]+\r\n|\r\n/gm, ''),
    );
    expect([Math.max(...counts.of), new Set(bodies)]).toEqual([
      MAX_LINES_AT_ONCE,
      new Set(['x'.repeat(CHUNKS)]),
    ]);
    expect(counts.of.reduce((sum, one) => sum + one)).toBeGreaterThan(CONNECTIONS * CHUNKS * 2);
  },
  DEADLINE_MS,
);
