import { closeSync, openSync } from 'node:fs';
import { O_PATH } from './descriptors.js';

/**
 * Sees to it that a spawn does not run out of descriptors half way: Node then loses the pipes that it has made, and they stay open for
 * good.
 * @param streams How many streams the child gets.
 * @throws Error of the system where there are too few.
 */
export function checkSpareDescriptors(streams: number): void {
  const opened: number[] = [];
  try {
    for (let more = streams * EACH + BESIDE; more > 0; more -= 1) opened.push(openSync('/', O_PATH));
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

/** Both ends of a pipe, and a copy in the child. */
const EACH = 3;

/** What tells of a failure of the child, and the null device. */
const BESIDE = 4;
