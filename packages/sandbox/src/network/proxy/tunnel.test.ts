import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MAX_PASSED_A_TURN } from '../../limits.js';
import { LoopTurns } from './loop-turns.js';
import { serverOf, tunnel } from './tunnel.js';

let listener: Server;

beforeEach(async () => {
  listener = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
});

afterEach(() => {
  listener.close();
});

/** Both ends of a connection. */
async function connection(): Promise<readonly [Socket, Socket]> {
  const { port } = listener.address() as AddressInfo;
  const accepted = once(listener, 'connection');
  const dialled = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [[end]] = (await Promise.all([accepted, once(dialled, 'connect')])) as [[Socket], unknown];
  for (const one of [dialled, end]) one.on('error', () => undefined);
  return [dialled, end];
}

/** Takes all places of every turn, until what it returns is called. */
function fill(turns: LoopTurns): () => void {
  let isOver = false;
  const take = (): void => {
    if (!isOver) turns.wait(take, () => MAX_PASSED_A_TURN);
  };
  for (let count = 0; count < 1000; count += 1) take();
  return () => (isOver = true);
}

/** As much as a socket reads at once. */
const SENT = Buffer.from(Array.from({ length: 60_000 }, (_, at) => at % 251));

test('of what many tunnels carry a few pieces go on in each turn of the event loop, both ways, all in order', async () => {
  const turns = new LoopTurns();
  let [inTurn, most] = [0, 0];
  const count = (socket: Socket): void => {
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
    socket.write = (...args: unknown[]) => {
      if (inTurn === 0) setImmediate(() => (inTurn = 0));
      inTurn += 1;
      most = Math.max(most, inTurn);
      return write(...args);
    };
  };
  const tunnels: (readonly [Socket, Socket])[] = [];
  const received: Promise<Buffer>[] = [];
  for (let at = 0; at < 3 * MAX_PASSED_A_TURN; at += 1) {
    const [client, inner] = await connection();
    const [outer, server] = await connection();
    for (const end of [client, server]) {
      received.push(buffer(end));
      await new Promise<void>((resolve) => end.end(SENT, resolve));
    }
    for (const end of [inner, outer]) count(end);
    tunnels.push([inner, outer]);
  }
  // All has come by now, and is read at once.
  for (const [inner, outer] of tunnels) tunnel(inner, outer, turns, undefined, () => undefined);
  const all = await Promise.all(received);
  expect(all.map((bytes) => bytes.equals(SENT))).toEqual(all.map(() => true));
  // Those of one turn and of the next may be between two looks.
  expect(most).toBeLessThanOrEqual(2 * MAX_PASSED_A_TURN);
});

// What comes together with a reset is read as an end: it is made when that has been read.
test('what has come before the server breaks off is passed on in its turn, and then the client learns that it broke off', async () => {
  const [client, inner] = await connection();
  const [outer, server] = await connection();
  const got: Buffer[] = [];
  client.on('data', (piece: Buffer) => got.push(piece));
  const turns = new LoopTurns();
  const goOn = fill(turns);
  tunnel(inner, outer, turns, undefined, () => undefined);
  server.write(SENT);
  while (outer.bytesRead < SENT.length) await turn();
  server.resetAndDestroy();
  while (!outer.closed) await turn();
  goOn();
  const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException];
  expect([Buffer.concat(got).equals(SENT), error.code]).toEqual([true, 'ECONNRESET']);
});

test('a server learns that its client broke off', async () => {
  const [client, inner] = await connection();
  const [outer, server] = await connection();
  tunnel(inner, outer, new LoopTurns(), undefined, () => undefined);
  client.write('part');
  expect(String(await once(server, 'data'))).toBe('part');
  client.resetAndDestroy();
  expect(await once(server, 'error')).toMatchObject([{ code: 'ECONNRESET' }]);
});

test.each([
  ['inner', 'outer'],
  ['outer', 'inner'],
] as const)(
  'a connection is closed whose end is on its way when the other one breaks off: %s',
  async (ending, breaking) => {
    const [client, inner] = await connection();
    const [outer, server] = await connection();
    const both = { inner, outer };
    const end = both[ending].end.bind(both[ending]) as (...args: unknown[]) => Socket;
    // From there on what is closed is told before what has ended.
    both[ending].end = (...args: unknown[]) => {
      setImmediate(() => {
        end(...args);
        both[breaking].destroy(new Error('broken'));
      });
      return both[ending];
    };
    tunnel(inner, outer, new LoopTurns(), undefined, () => undefined);
    (ending === 'inner' ? server : client).end();
    await Promise.all([inner, outer].map((one) => new Promise((resolve) => one.once('close', resolve))));
    for (const one of [client, server]) one.destroy();
  },
);

test('what the server has still to take is written though the client is done, and the server is known until then', async () => {
  const [client, inner] = await connection();
  const [outer, server] = await connection();
  const write = outer.write.bind(outer) as (...args: unknown[]) => boolean;
  const held = new Promise<() => void>((resolve) => {
    outer.write = (...args: unknown[]) => {
      resolve(() => write(...args));
      return false;
    };
  });
  tunnel(inner, outer, new LoopTurns(), undefined, () => undefined);
  server.end();
  client.end('the last words');
  const [goOn] = await Promise.all([held, once(inner, 'close')]);
  expect([serverOf(inner) === outer, outer.closed]).toEqual([true, false]);
  goOn();
  expect(String(await buffer(server))).toBe('the last words');
});
