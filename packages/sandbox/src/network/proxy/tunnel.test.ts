import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MAX_PASSED_A_TURN } from '../../limits.js';
import { LoopTurns } from './loop-turns.js';
import { tunnel } from './tunnel.js';

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
  const [end] = (await accepted) as [Socket];
  return [dialled, end];
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
