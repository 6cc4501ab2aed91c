import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type NetConnectOpts } from 'node:net';
import { LoopTurns } from '@holdfast/sandbox/internal';
import { expect, test, vi } from 'vitest';
import { PacedSocket, SOCKET_QUEUE_BYTES } from './paced-socket.js';

const WAIT = { timeout: 15_000 };

test('nothing more is read while the parser has given back what it was given, and all of it comes later', async () => {
  const sent = Buffer.alloc(2_000_000, 'one\nother\n\n');
  const server = createServer((socket) => socket.end(sent)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, highWaterMark: SOCKET_QUEUE_BYTES } as NetConnectOpts);
  await once(socket, 'connect');
  const paced = new PacedSocket(socket);
  paced.begin(new LoopTurns());
  paced.beInBody();
  const got: Buffer[] = [];
  let most = 0;
  let isPlanned = false;
  const plan = (): void => {
    if (!isPlanned) setImmediate(parse);
    isPlanned = true;
  };
  // Takes a little of a piece each time, as a parser does that pauses.
  const parse = (): void => {
    isPlanned = false;
    most = Math.max(most, paced.readableLength);
    const piece = paced.read() as Buffer | null;
    if (piece === null) return;
    const end = Math.min(piece.length, 2000);
    got.push(piece.subarray(0, end));
    if (end < piece.length) paced.unshift(piece.subarray(end));
    plan();
  };
  paced.on('readable', plan);
  await vi.waitUntil(() => paced.readableEnded, WAIT);
  expect([Buffer.concat(got).equals(sent), most <= 2 * 64 * 1024]).toEqual([true, true]);
  server.close();
});
