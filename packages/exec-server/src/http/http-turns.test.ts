import { once, setMaxListeners } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { MAX_LINES_AT_ONCE, MAX_PASSED_A_TURN } from '@holdfast/sandbox/internal';
import { afterEach, expect, test, vi } from 'vitest';
import { HttpClient } from './http-client.js';
import { createHttpPlaces } from './http-places.js';
import { planHttpRequest } from './http-request.js';
import { JoinedBody, MAX_PARTS_AT_ONCE } from './joined-body.js';
import { PacedSocket } from './paced-socket.js';

const CONNECTIONS = 40;
const DEADLINE_MS = 30_000;
const never = new AbortController().signal;
setMaxListeners(0, never);
const party = { principal: 'everybody', session: 'one' };

afterEach(() => {
  vi.restoreAllMocks();
});

/** Counts what happens in each turn of the event loop in which something does. */
class Turns {
  readonly of: number[] = [];
  #last: number | undefined;

  add(count: number): void {
    const { loopCount } = performance.nodeTiming.uvMetricsInfo;
    if (loopCount !== this.#last) this.of.push(0);
    this.#last = loopCount;
    this.of.push((this.of.pop() ?? 0) + count);
  }
}

/** What is answered to requests on as many connections, all of it at once when all have asked. */
async function answers(answer: Buffer): Promise<readonly string[]> {
  const asked: Socket[] = [];
  const server = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .once('data', () => {
        asked.push(socket);
        if (asked.length === CONNECTIONS) for (const one of asked) one.end(answer);
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new HttpClient(createHttpPlaces(Number.POSITIVE_INFINITY));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  const request = planHttpRequest({ requestId: '', method: 'GET', url }, {});
  try {
    return await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => text((await client.send(request, never, party)).body)),
    );
  } finally {
    await client.close();
    server.close();
  }
}

const CHUNKS = 5000;

test(
  'of bodies in single bytes that come on many connections at once few parts are made in each turn, and pieces are joined',
  async () => {
    const turns = new Turns();
    const add: JoinedBody['add'] = Reflect.get<JoinedBody, 'add'>(JoinedBody.prototype, 'add');
    vi.spyOn(JoinedBody.prototype, 'add').mockImplementation(function (this: JoinedBody, part) {
      turns.add(1);
      add.call(this, part);
    });
    const pieces = vi.spyOn(JoinedBody.prototype, 'push');
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    const bodies = await answers(Buffer.from(`${head}${'1\r\nx\r\n'.repeat(CHUNKS)}0\r\n\r\n`));
    expect(new Set(bodies)).toEqual(new Set(['x'.repeat(CHUNKS)]));
    expect(turns.of.reduce((sum, one) => sum + one)).toBe(CONNECTIONS * CHUNKS);
    expect(Math.max(...turns.of)).toBeLessThanOrEqual(MAX_PASSED_A_TURN * MAX_PARTS_AT_ONCE);
    expect(pieces.mock.calls.length).toBeLessThanOrEqual((CONNECTIONS * CHUNKS) / 50);
  },
  DEADLINE_MS,
);

test(
  'of responses that are none yet few lines are handed on in each turn',
  async () => {
    const turns = new Turns();
    vi.spyOn(PacedSocket.prototype, 'push').mockImplementation(function (this: PacedSocket, piece: unknown) {
      if (piece !== null) turns.add((piece as Buffer).toString().split('\n').length - 1);
      return Duplex.prototype.push.call(this, piece);
    });
    const early = 'HTTP/1.1 102 x\r\n\r\n'.repeat(1000);
    const bodies = await answers(Buffer.from(`${early}HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx`));
    expect([new Set(bodies), Math.max(...turns.of)]).toEqual([new Set(['x']), MAX_LINES_AT_ONCE]);
  },
  DEADLINE_MS,
);
