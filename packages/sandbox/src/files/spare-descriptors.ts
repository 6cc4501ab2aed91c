import { closeSync, openSync } from 'node:fs';
import { O_PATH } from './descriptors.js';

/**
 * Sees to it that a spawn does not run out of descriptors half way: Node then loses the pipes that it has made, and they stay open for
 * good.
 * @param stdio The streams of the child, as they are given to `spawn`.
 * @throws Error of the system where there are too few.
 */
export function checkSpareDescriptors(stdio: readonly (number | string)[]): void {
  // A pipe has two ends, and what the child inherits may need a copy in it.
  const needed = stdio.reduce((sum: number, one) => sum + (one === 'pipe' ? 3 : 1), BESIDE);
  const opened: number[] = [];
  try {
    for (let more = needed; more > 0; more -= 1) opened.push(openSync('/', O_PATH));
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

/** What tells of a failure of the child, and the null device. */
const BESIDE = 4;
