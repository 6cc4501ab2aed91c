import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/** Does work for a connection. Its signal fires when that has closed before the work is done. */
export async function whileOpen<T>(
  connection: EventEmitter,
  work: (gone: AbortSignal) => Promise<T>,
): Promise<T> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  connection.once('close', leave);
  try {
    return await work(gone.signal);
  } finally {
    connection.off('close', leave);
  }
}

/**
 * Does work for a client that waits for a tunnel, while nobody reads its connection. Its signal fires when the client has
 * gone, which shows in its end: who has sent nothing by then can get nothing carried. What it has sent stays there to be read.
 */
export async function whileWaiting<T>(socket: Socket, work: (gone: AbortSignal) => Promise<T>): Promise<T> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  const hold = (chunk: Buffer): void => {
    socket.pause();
    socket.unshift(chunk);
  };
  // It may have gone before this was its turn.
  if (socket.readableEnded || socket.destroyed) leave();
  socket.once('close', leave).once('end', leave).once('data', hold).resume();
  try {
    return await work(gone.signal);
  } finally {
    socket.off('close', leave).off('end', leave).off('data', hold).pause();
  }
}
