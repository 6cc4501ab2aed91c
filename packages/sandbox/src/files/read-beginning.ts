import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { O_PATH, pathOfDescriptor } from './descriptors.js';
import { isOnKernelFileSystem } from './kernel-file-systems.js';

/**
 * The first bytes of a file as a text, however much it holds; what is read, and how, is as for `readSmallFile`.
 * @returns undefined where no regular file is, or it cannot be read.
 */
export function readBeginning(path: string, maxBytes: number): string | undefined {
  try {
    return ofHeld(openSync(path, O_PATH | constants.O_NOFOLLOW), (held) => {
      const isReadable = fstatSync(held).isFile() && !isOnKernelFileSystem(pathOfDescriptor(held));
      if (!isReadable) return undefined;
      const fd = openSync(pathOfDescriptor(held), constants.O_RDONLY | constants.O_NONBLOCK);
      return ofHeld(fd, () => textOf(fd, maxBytes));
    });
  } catch {
    return undefined;
  }
}

function ofHeld<T>(fd: number, use: (fd: number) => T): T {
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

function textOf(fd: number, maxBytes: number): string {
  const bytes = Buffer.allocUnsafe(maxBytes);
  let length = 0;
  for (let got = -1; got !== 0 && length < maxBytes; length += got) {
    got = readSync(fd, bytes, length, maxBytes - length, null);
  }
  return bytes.toString('utf8', 0, length);
}
