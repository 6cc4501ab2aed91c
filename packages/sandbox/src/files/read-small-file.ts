import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { O_PATH, pathOfDescriptor } from './descriptors.js';
import { directPath } from './direct-path.js';
import { isOnKernelFileSystem } from './kernel-file-systems.js';

/**
 * The text of a file, read without ever waiting: a confined command may have put anything there, such as a named pipe that
 * nobody writes to, a link to a device that never ends, or a file as large as the disk. What is no regular file, or one of the
 * kernel's, is not even opened, for that alone may do something.
 * @returns undefined where no such file is, a link included, or one of more than `maxBytes`.
 * @throws Error of the system where it cannot be read.
 */
export function readSmallFile(path: string, maxBytes: number): string | undefined {
  return readSmallBytes(path, maxBytes)?.toString('utf8');
}

/** The same, of the bytes. One that is larger is not read at all. */
export function readSmallBytes(path: string, maxBytes: number): Buffer | undefined {
  return withFile(path, (fd) => {
    const { size } = fstatSync(fd);
    if (size > maxBytes) return undefined;
    // What others add meanwhile makes it another file than the one that was asked for, unless there is room for it.
    const limit = Math.min(maxBytes, size + SPARE_BYTES);
    const bytes = readUpTo(fd, limit + 1);
    return bytes.length > limit ? undefined : bytes;
  });
}

/** The first bytes of such a file as a text, however much it holds. @returns undefined as well where it cannot be read, or lies behind a link. */
export function readBeginning(path: string, maxBytes: number): string | undefined {
  try {
    return withFile(directPath(path), (fd) => readUpTo(fd, maxBytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The bytes from there on, as many as there are up to `maxBytes`. @returns undefined as well where it cannot be read, or lies behind a link. */
export function readBytesAt(path: string, from: number, maxBytes: number): Buffer | undefined {
  try {
    return withFile(directPath(path), (fd) => readUpTo(fd, maxBytes, from));
  } catch {
    return undefined;
  }
}

/** Opens it only once it is known for a regular file that is none of the kernel's. */
function withFile<T>(path: string, use: (fd: number) => T): T | undefined {
  return closing(openSync(path, O_PATH | constants.O_NOFOLLOW), (held) => {
    const isReadable = fstatSync(held).isFile() && !isOnKernelFileSystem(pathOfDescriptor(held));
    if (!isReadable) return undefined;
    return closing(openSync(pathOfDescriptor(held), constants.O_RDONLY | constants.O_NONBLOCK), use);
  });
}

function closing<T>(fd: number, use: (fd: number) => T): T {
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

function readUpTo(fd: number, maxBytes: number, from = 0): Buffer {
  const bytes = Buffer.allocUnsafe(maxBytes);
  let length = 0;
  for (let got = -1; got !== 0 && length < maxBytes; length += got) {
    got = readSync(fd, bytes, length, maxBytes - length, from + length);
  }
  return bytes.subarray(0, length);
}

/** How much longer a file may be than it has just said. */
const SPARE_BYTES = 64 * 1024;
