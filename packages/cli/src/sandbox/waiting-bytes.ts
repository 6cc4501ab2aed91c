import { closeSync, constants, openSync, readSync } from 'node:fs';
import { pathOfDescriptor } from '@holdfast/sandbox/internal';

/** Takes what is in a pipe now, at most `limit` bytes, without waiting for more. @param fd An end of it. Linux only. */
export function takeWaiting(fd: number, limit: number): string {
  // One that does not wait, and leaves what others have open as it is.
  const readFd = openSync(pathOfDescriptor(fd), constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const buffer = Buffer.alloc(limit);
    return buffer.toString('utf8', 0, unlessItWaits(() => readSync(readFd, buffer)) ?? 0);
  } finally {
    closeSync(readFd);
  }
}

/** @returns what `work` does; undefined where it would have to wait. */
export function unlessItWaits<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined;
    throw error;
  }
}
