import { closeSync, openSync, readSync } from 'node:fs';

/**
 * Reads the start of a file of /proc, as much as `buffer` takes. One buffer and no stat call halve the cost of readFileSync,
 * which counts with hundreds of processes.
 * @returns how many bytes.
 */
export function readStart(file: string, buffer: Uint8Array): number {
  const fd = openSync(file, 'r');
  try {
    return readSync(fd, buffer, 0, buffer.length, null);
  } finally {
    closeSync(fd);
  }
}
