import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  type Dirent,
  opendirSync,
  openSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';

/** A directory that is held open, so that it stays this one whatever is put in its place. */
export interface PinnedDirectory {
  readonly path: string;
  readonly fd: number;
  /** Of the directory that it was in. */
  readonly parentFd: number;
}

/** Linux: opens without reading, so that no mode stands in the way. */
const O_PATH = 0o10000000;
const DIRECTORY_ITSELF = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** @throws Error of the system where there is no directory, such as a link to one. Linux only. */
export function pinDirectory(path: string): PinnedDirectory {
  const parentFd = openSync(dirname(path), O_PATH | constants.O_DIRECTORY);
  try {
    return { path, parentFd, fd: openSync(within(parentFd, Buffer.from(basename(path))), DIRECTORY_ITSELF) };
  } catch (error) {
    closeSync(parentFd);
    throw error;
  }
}

/**
 * Removes a directory with all that is in it, and nothing else, even while others exchange directories for links there: no path
 * is followed but from an open directory to a name in it. What lies deeper is moved up first, so that no depth needs more
 * than a few descriptors.
 * @param limitMs After this the rest stays. @returns whether it is gone. Never fails.
 */
export function removeTree({ path, fd, parentFd }: PinnedDirectory, limitMs: number): boolean {
  const deadlineMs = Date.now() + limitMs;
  try {
    // What is moved to the top is found there by this look or the next one.
    while (clear(fd, deadlineMs, (name) => dissolve(fd, name, deadlineMs)));
    return succeeds(() => {
      rmdirSync(within(parentFd, Buffer.from(basename(path))));
    });
  } finally {
    closeSync(fd);
    closeSync(parentFd);
  }
}

/** Removes a directory of the top one, but for its own directories, which it moves there. */
function dissolve(topFd: number, name: Buffer, deadlineMs: number): void {
  const fd = openSync(within(topFd, name), DIRECTORY_ITSELF);
  try {
    clear(fd, deadlineMs, (inner) => {
      makeMovable(within(fd, inner));
      renameSync(within(fd, inner), within(topFd, Buffer.from(randomUUID())));
    });
    rmdirSync(within(topFd, name));
  } finally {
    closeSync(fd);
  }
}

/**
 * Removes what is no directory, as far as it comes, and hands the others on. It has never more than a few names at once, for
 * whoever filled the directory could have made millions.
 * @returns whether it got to the end, and anything went.
 */
function clear(fd: number, deadlineMs: number, onDirectory: (name: Buffer) => void): boolean {
  let achieved = 0;
  try {
    chmodSync(ofDescriptor(fd), OPEN_TO_ITS_OWNER);
    const entries = opendirSync(ofDescriptor(fd), { encoding: BYTES, bufferSize: NAMES_AT_ONCE });
    try {
      for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
        if (Date.now() >= deadlineMs) return false;
        if (succeeds(removing(fd, entry, onDirectory))) achieved += 1;
      }
    } finally {
      entries.closeSync();
    }
  } catch {
    return false;
  }
  return achieved > 0;
}

/** What somebody exchanges or keeps just now is left for the next time. */
function removing(fd: number, entry: Dirent, onDirectory: (name: Buffer) => void): () => void {
  const name = Buffer.from(entry.name);
  return () => {
    if (entry.isDirectory()) onDirectory(name);
    else unlinkSync(within(fd, name));
  };
}

const NAMES_AT_ONCE = 512;

/** A name need not be text. The types of Node do not know that directories are read like this, too. */
const BYTES = 'buffer' as BufferEncoding;

/** Whoever moves a directory must be allowed to write in it. */
function makeMovable(directory: Buffer): void {
  const fd = openSync(directory, DIRECTORY_ITSELF);
  try {
    chmodSync(ofDescriptor(fd), OPEN_TO_ITS_OWNER);
  } finally {
    closeSync(fd);
  }
}

const OPEN_TO_ITS_OWNER = 0o700;

function within(fd: number, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${ofDescriptor(fd)}/`), name]);
}

function ofDescriptor(fd: number): string {
  return `/proc/self/fd/${String(fd)}`;
}

function succeeds(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
