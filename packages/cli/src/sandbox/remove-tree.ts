import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  type Dirent,
  opendirSync,
  openSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { basename } from 'node:path';
import { DIRECTORY_ITSELF, type PinnedDirectory, throughDescriptor, unpin } from './pinned-directory.js';

/**
 * Removes a directory with all that is in it, and nothing else, even while others exchange directories for links there: no path
 * is followed but from an open directory to a name in it. What lies deeper is moved up first, so that no depth needs more
 * than a few descriptors.
 * @param limitMs After this the rest stays. @returns whether it is gone. Never fails.
 */
export function removeTree(pinned: PinnedDirectory, limitMs: number): boolean {
  const { path, fd, parentFd } = pinned;
  const deadlineMs = Date.now() + limitMs;
  try {
    // What is moved to the top is found there by this look or the next one.
    while (clear(fd, deadlineMs, (name) => dissolve(fd, name, deadlineMs)));
    return succeeds(() => {
      rmdirSync(within(parentFd, Buffer.from(basename(path))));
    });
  } finally {
    unpin(pinned);
  }
}

/** Removes a directory of the top one, but for its own directories, which it moves there. */
function dissolve(topFd: number, name: Buffer, deadlineMs: number): void {
  const fd = openSync(within(topFd, name), DIRECTORY_ITSELF);
  try {
    const hasCleared = clear(fd, deadlineMs, (inner) => {
      makeMovable(within(fd, inner));
      renameSync(within(fd, inner), within(topFd, Buffer.from(randomUUID())));
    });
    // What was moved is there for the next look, whatever else is left here.
    if (!succeeds(() => rmdirSync(within(topFd, name))) && !hasCleared) throw new Error('nothing went');
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
    chmodSync(throughDescriptor(fd), OPEN_TO_ITS_OWNER);
    const entries = opendirSync(throughDescriptor(fd), { encoding: BYTES, bufferSize: NAMES_AT_ONCE });
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
    chmodSync(throughDescriptor(fd), OPEN_TO_ITS_OWNER);
  } finally {
    closeSync(fd);
  }
}

const OPEN_TO_ITS_OWNER = 0o700;

function within(fd: number, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${throughDescriptor(fd)}/`), name]);
}

function succeeds(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
