import type { ChildProcess } from 'node:child_process';
import { pipeAt } from './pipes.js';

/** Writes to a pipe of a child what it reads to its end. */
export function handOver(streams: ChildProcess['stdio'], at: number, bytes: Uint8Array): void {
  const pipe = pipeAt(streams, at);
  // A child that dies early breaks it; what that means is seen in its end.
  pipe?.on('error', () => undefined);
  pipe?.end(bytes);
  pipe?.resume();
}
