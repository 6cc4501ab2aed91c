import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { errorCode } from './error-code.js';

/**
 * The text of a file, read without ever waiting: a confined command may have put anything there, such as a named pipe that
 * nobody writes to, a link to a device that never ends, or a file as large as the disk.
 * @returns undefined where no regular file is, a link included, or one of more than `maxBytes`.
 * @throws Error of the system where it cannot be read.
 */
export function readSmallFile(path: string, maxBytes: number): string | undefined {
  const fd = openSmallFile(path);
  if (fd === undefined) return undefined;
  try {
    return fstatSync(fd).isFile() ? readAtMost(fd, maxBytes) : undefined;
  } finally {
    closeSync(fd);
  }
}

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

function openSmallFile(path: string): number | undefined {
  try {
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (NO_REGULAR_FILE.has(errorCode(error))) return undefined;
    throw error;
  }
}

/** Links and sockets. */
const NO_REGULAR_FILE: ReadonlySet<string | undefined> = new Set(['ELOOP', 'ENXIO']);

/** Its size says nothing: others may write it meanwhile. */
function readAtMost(fd: number, maxBytes: number): string | undefined {
  const bytes = Buffer.allocUnsafe(maxBytes + 1);
  let length = 0;
  for (let got = -1; got !== 0 && length < bytes.length; length += got) {
    got = readSync(fd, bytes, length, bytes.length - length, null);
  }
  return length < bytes.length ? bytes.toString('utf8', 0, length) : undefined;
}
