import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { MAX_LINES_AT_ONCE } from '../../limits.js';
import { LoopTurns } from './loop-turns.js';
import { PacedConnection } from './paced-connection.js';
import { PROXY_SOCKET } from './socket-options.js';
import { countTurns } from './testing/count-turns.js';

const DEADLINE_MS = 30_000;

const open: Socket[] = [];

afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** Both ends of a connection of this machine. */
async function pair(): Promise<readonly [client: Socket, inside: Socket]> {
  const server = createServer(PROXY_SOCKET).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ port: (server.address() as AddressInfo).port, allowHalfOpen: true });
  const [inside] = (await once(server, 'connection')) as [Socket];
  server.close();
  for (const socket of [client, inside]) open.push(socket.on('error', () => undefined));
  return [client, inside];
}

const LINES = Array.from({ length: 3 * MAX_LINES_AT_ONCE + 1 }, (_, at) => `${String(at)}\n`).join('');

test(
  'what comes at once is handed on whole, so many lines in each turn of the event loop',
  async () => {
    const [client, inside] = await pair();
    const paced = new PacedConnection(inside, new LoopTurns());
    const counts = countTurns();
    let got = '';
    paced.on('data', (piece: Buffer) => {
      got += String(piece);
      counts.add(String(piece).split('\n').length - 1);
    });
    client.end(LINES);
    await once(paced, 'end');
    expect([got, counts.of]).toEqual([LINES, [MAX_LINES_AT_ONCE, MAX_LINES_AT_ONCE, MAX_LINES_AT_ONCE, 1]]);
  },
  DEADLINE_MS,
);

const TINY = '1\r\na\r\n';

test(
  'of bodies in single bytes that come on many connections at once, Node gets few parts in each turn',
  async () => {
    const [turns, counts] = [new LoopTurns(), countTurns()];
    const [connections, parts] = [20, 1000];
    let ended = 0;
    const http = createHttpServer((request) => {
      request.on('data', () => counts.add(1)).on('end', () => (ended += 1));
    });
    const clients: Socket[] = [];
    for (let made = 0; made < connections; made += 1) {
      const [client, inside] = await pair();
      clients.push(client);
      http.emit('connection', new PacedConnection(inside, turns));
    }
    for (const client of clients) {
      client.write(
        `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${TINY.repeat(parts)}0\r\n\r\n`,
      );
    }
    while (ended < connections) await turn();
    expect([Math.max(...counts.of), counts.of.reduce((sum, one) => sum + one)]).toEqual([
      MAX_LINES_AT_ONCE / 2,
      connections * parts,
    ]);
  },
  DEADLINE_MS,
);

test(
  'nothing is handed on to who has had enough, until it wants more, and nothing at all once it is over',
  async () => {
    const [client, inside] = await pair();
    const paced = new PacedConnection(inside, new LoopTurns());
    const got: number[] = [];
    paced.on('data', (piece: Buffer) => {
      got.push(piece.length);
      paced.pause();
    });
    client.write('\n'.repeat(4 * MAX_LINES_AT_ONCE));
    while (got.length === 0) await turn();
    for (let count = 0; count < 10; count += 1) await turn();
    expect(got).toEqual([MAX_LINES_AT_ONCE]);
    paced.resume();
    while (got.length === 1) await turn();
    paced.resume();
    paced.destroy();
    await once(paced, 'close');
    expect([got, inside.destroyed]).toEqual([[MAX_LINES_AT_ONCE, MAX_LINES_AT_ONCE], true]);
  },
  DEADLINE_MS,
);

test(
  'who takes the connection back gets what was not used, then what was not handed on, and what comes later',
  async () => {
    const [client, inside] = await pair();
    const paced = new PacedConnection(inside, new LoopTurns());
    client.write(LINES);
    const [first] = (await once(paced, 'data')) as [Buffer<ArrayBuffer>];
    const socket = paced.release(first.subarray(2));
    client.end('later');
    expect(await text(socket)).toBe(`${LINES.slice(2)}later`);
    expect([socket === inside, paced.destroyed]).toEqual([true, true]);
  },
  DEADLINE_MS,
);

test(
  'one that is to end soon sends all that was written, and ends though the other side does not',
  async () => {
    const [client, inside] = await pair();
    const paced = new PacedConnection(inside, new LoopTurns());
    paced.write('not yet ');
    paced.write('all');
    paced.destroySoon();
    const closed = once(paced, 'close');
    expect(await text(client)).toBe('not yet all');
    await closed;
    expect(inside.destroyed).toBe(true);
  },
  DEADLINE_MS,
);

test(
  'what the other side sends meanwhile does not take back what was written',
  async () => {
    const [client, inside] = await pair();
    const paced = new PacedConnection(inside, new LoopTurns());
    client.write(Buffer.alloc(4_000_000));
    paced.write('the answer'.repeat(20_000));
    paced.destroySoon();
    const closed = once(paced, 'close');
    await once(paced, 'finish');
    for (let count = 0; count < 20; count += 1) await turn();
    const got = text(client);
    client.end();
    expect((await got).length).toBe(200_000);
    await closed;
  },
  DEADLINE_MS,
);

test.each([
  ['all of it, where it is to be read out', true, 4],
  ['no more of it elsewhere', false, 1],
])(
  'of what came before the other side broke off, who reads on later gets %s',
  async (_, isReadOut, pieces) => {
    const [client, inside] = await pair();
    const paced = new PacedConnection(inside, new LoopTurns(), { isReadOut });
    const got: string[] = [];
    paced.on('data', (piece: Buffer) => {
      got.push(String(piece));
      if (got.length === 1) paced.pause();
    });
    client.write(LINES);
    while (got.length === 0) await turn();
    client.resetAndDestroy();
    while (!inside.closed) await turn();
    paced.resume();
    while (!paced.closed) await turn();
    expect([got.length, LINES.startsWith(got.join('')), got.join('').length === LINES.length]).toEqual([
      pieces,
      true,
      isReadOut,
    ]);
  },
  DEADLINE_MS,
);
