import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { O_PATH, pathOfDescriptor } from './descriptors.js';
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

/** The same, of the bytes. */
export function readSmallBytes(path: string, maxBytes: number): Buffer | undefined {
  const held = openSync(path, O_PATH | constants.O_NOFOLLOW);
  try {
    const isReadable = fstatSync(held).isFile() && !isOnKernelFileSystem(pathOfDescriptor(held));
    return isReadable ? readHeld(held, maxBytes) : undefined;
  } finally {
    closeSync(held);
  }
}

function readHeld(held: number, maxBytes: number): Buffer | undefined {
  const fd = openSync(pathOfDescriptor(held), constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    // Of what grows meanwhile nobody wants the rest.
    return readAtMost(fd, Math.min(maxBytes, fstatSync(fd).size + SPARE_BYTES));
  } finally {
    closeSync(fd);
  }
}

/** Others may write it meanwhile. */
function readAtMost(fd: number, maxBytes: number): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(maxBytes + 1);
  let length = 0;
  for (let got = -1; got !== 0 && length < bytes.length; length += got) {
    got = readSync(fd, bytes, length, bytes.length - length, null);
  }
  return length < bytes.length ? bytes.subarray(0, length) : undefined;
}

/** What a file may be longer than it has just said. */
const SPARE_BYTES = 64 * 1024;
