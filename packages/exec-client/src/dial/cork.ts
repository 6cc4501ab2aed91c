import { nextTick } from 'node:process';
import type { Writable } from 'node:stream';

/** @returns a function to be called before each write: what is written in one turn leaves in one piece. */
export function corkPerTurn(stream: Writable | undefined): () => void {
  let isCorked = false;
  return () => {
    if (isCorked || stream === undefined) return;
    isCorked = true;
    stream.cork();
    nextTick(() => {
      isCorked = false;
      stream.uncork();
    });
  };
}
