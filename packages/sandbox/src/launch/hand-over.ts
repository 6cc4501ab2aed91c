import type { ChildProcess } from 'node:child_process';
import { Duplex } from 'node:stream';

/** Writes to a pipe of a child what it reads to its end. */
export function handOver(streams: ChildProcess['stdio'], at: number, bytes: Uint8Array): void {
  const stream: unknown = (streams as readonly unknown[])[at];
  // A spawn that has failed has no streams.
  if (!(stream instanceof Duplex)) return;
  // A child that dies early breaks it; what that means is seen in its end.
  stream.on('error', () => undefined);
  stream.end(bytes);
  stream.resume();
}
