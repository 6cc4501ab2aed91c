import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ReadOutSocket } from './read-out-socket.js';

const ANSWER = 'no more of this';

/** A server that answers what it is sent first, and breaks off. */
async function breaksOff(
  how: (socket: Socket) => void,
): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.pause().write(ANSWER, () => how(socket)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

test('an answer that has come is read though a write has failed, and then the connection fails', async () => {
  await using server = await breaksOff((socket) => socket.resetAndDestroy());
  const socket = new ReadOutSocket({ allowHalfOpen: true }).connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  let failed = false;
  const write = (): void => {
    socket.write('x'.repeat(1000), (error) => (failed ||= error instanceof Error));
  };
  write();
  // Nothing is read meanwhile, and writing has failed long before.
  for (let count = 0; count < 1000; count += 1) {
    write();
    await turn();
  }
  expect([failed, socket.destroyed]).toEqual([false, false]);
  let got = '';
  socket.setEncoding('utf8').on('data', (piece: string) => (got += piece));
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  await once(socket, 'close');
  expect([got, failed, error.syscall]).toEqual([ANSWER, true, 'write']);
});

test('where the other side has ended before, a write that fails is told at once', async () => {
  await using server = await breaksOff((socket) => socket.end(() => socket.resetAndDestroy()));
  const socket = new ReadOutSocket({ allowHalfOpen: true }).connect(server.port, '127.0.0.1');
  socket.write('x');
  let got = '';
  socket.setEncoding('utf8').on('data', (piece: string) => (got += piece));
  await once(socket, 'end');
  const failed = once(socket, 'error');
  while (!socket.destroyed) {
    socket.write('x');
    await turn();
  }
  const [error] = (await failed) as [NodeJS.ErrnoException];
  expect([got, error.syscall]).toEqual([ANSWER, 'write']);
});
