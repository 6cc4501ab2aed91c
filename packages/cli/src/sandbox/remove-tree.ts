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
import { pathOfDescriptor } from '@holdfast/sandbox/internal';
import { DIRECTORY_ITSELF, isOwn, type PinnedDirectory, unpin } from './pinned-directory.js';

/** What has become of a directory: some of it may not have gone yet, or must stay because it is another user's. */
export type Removal = 'gone' | 'unfinished' | 'foreign';

/**
 * Removes a directory with all that is in it, and nothing else, even while others exchange directories for links there: no path
 * is followed but from an open directory to a name in it. What lies deeper is moved up first, so that no depth needs more
 * than a few descriptors.
 *
 * Whoever filled it may have moved directories of other users into it, which root could empty and he could not. So only
 * directories of this user are opened up, emptied and moved; what is in them goes, whoever it belongs to, as he could have had it.
 * @param limitMs After this the rest stays. @returns what has become of it. Never fails.
 */
export function removeTree(pinned: PinnedDirectory, limitMs: number): Removal {
  const { path, fd, parentFd } = pinned;
  try {
    if (!isOwn(fd)) return 'foreign';
    const clearing = new Clearing(fd, Date.now() + limitMs);
    clearing.run();
    if (succeeds(() => rmdirSync(within(parentFd, Buffer.from(basename(path)))))) return 'gone';
    return clearing.hasForeign ? 'foreign' : 'unfinished';
  } finally {
    unpin(pinned);
  }
}

/** On its way through one tree. */
class Clearing {
  /** Whether a directory stays because it is another user's. */
  hasForeign = false;
  readonly #topFd: number;
  readonly #deadlineMs: number;

  constructor(topFd: number, deadlineMs: number) {
    this.#topFd = topFd;
    this.#deadlineMs = deadlineMs;
  }

  run(): void {
    // What is moved to the top is found there by this look or the next one.
    while (this.#clear(this.#topFd, (name) => this.#dissolve(within(this.#topFd, name))));
  }

  /** Removes a directory of the top one, but for its own directories, which it moves there. */
  #dissolve(directory: Buffer): void {
    this.#enter(directory, (fd) => {
      const hasCleared = this.#clear(fd, (name) => this.#moveUp(within(fd, name)));
      // What was moved is there for the next look, whatever else is left here.
      if (!succeeds(() => rmdirSync(directory)) && !hasCleared) throw new Error('nothing went');
    });
  }

  #moveUp(directory: Buffer): void {
    this.#enter(directory, (fd) => {
      // Whoever moves a directory must be allowed to write in it.
      chmodSync(pathOfDescriptor(fd), OPEN_TO_ITS_OWNER);
      renameSync(directory, within(this.#topFd, Buffer.from(randomUUID())));
    });
  }

  /** Another user's directory goes only if nothing is in it. */
  #enter(directory: Buffer, work: (fd: number) => void): void {
    const fd = openSync(directory, DIRECTORY_ITSELF);
    try {
      if (isOwn(fd)) work(fd);
      else this.#removeEmpty(directory);
    } finally {
      closeSync(fd);
    }
  }

  #removeEmpty(directory: Buffer): void {
    try {
      rmdirSync(directory);
    } catch (error) {
      this.hasForeign = true;
      throw error;
    }
  }

  /**
   * Removes what is no directory from one of this user, as far as it comes, and hands the others on. It has never more than a few
   * names at once, for whoever filled the directory could have made millions.
   * @returns whether it got to the end, and anything went.
   */
  #clear(fd: number, onDirectory: (name: Buffer) => void): boolean {
    let achieved = 0;
    try {
      chmodSync(pathOfDescriptor(fd), OPEN_TO_ITS_OWNER);
      const entries = opendirSync(pathOfDescriptor(fd), { encoding: BYTES, bufferSize: NAMES_AT_ONCE });
      try {
        for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
          if (Date.now() >= this.#deadlineMs) return false;
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

const OPEN_TO_ITS_OWNER = 0o700;

function within(fd: number, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${pathOfDescriptor(fd)}/`), name]);
}

function succeeds(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
