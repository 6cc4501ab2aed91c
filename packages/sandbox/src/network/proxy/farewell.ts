import type { Duplex } from 'node:stream';
import { MAX_PROXY_FAREWELL_BYTES, PROXY_FAREWELL_MS } from '../../limits.js';

/**
 * Ends a connection that gets no further, with an answer. It may be read for `PROXY_FAREWELL_MS`; then the connection is
 * gone, whether or not the client has closed its end, and at once where it sends more than `MAX_PROXY_FAREWELL_BYTES`.
 */
export function farewell(socket: Duplex, answer: Uint8Array | string): void {
  if (socket.destroyed) return;
  const deadline = setTimeout(() => socket.destroy(), PROXY_FAREWELL_MS);
  socket.once('close', () => clearTimeout(deadline));
  // What was never read when a connection ends makes the system take back the answer as well.
  let left = MAX_PROXY_FAREWELL_BYTES;
  socket.on('data', ({ length }: Buffer) => {
    left -= length;
    if (left < 0) socket.destroy();
  });
  socket.resume();
  socket.end(answer);
}
