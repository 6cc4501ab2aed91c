import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  openSync,
  readdirSync,
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
    return { path, parentFd, fd: openSync(within(parentFd, basename(path)), DIRECTORY_ITSELF) };
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
    const pending = clear(fd, fd, deadlineMs);
    for (let name = pending.pop(); name !== undefined && Date.now() < deadlineMs; name = pending.pop()) {
      for (const moved of dissolve(fd, name, deadlineMs)) pending.push(moved);
    }
    return succeeds(() => {
      rmdirSync(within(parentFd, basename(path)));
    });
  } finally {
    closeSync(fd);
    closeSync(parentFd);
  }
}

/** Removes a directory of the top one whose own directories it moves there. @returns their names. */
function dissolve(topFd: number, name: string, deadlineMs: number): readonly string[] {
  let moved: readonly string[] = [];
  succeeds(() => {
    const fd = openSync(within(topFd, name), DIRECTORY_ITSELF);
    try {
      moved = clear(fd, topFd, deadlineMs);
      rmdirSync(within(topFd, name));
    } finally {
      closeSync(fd);
    }
  });
  return moved;
}

/** Removes what is no directory, as far as it comes. @returns the names that the others have in the top directory. */
function clear(fd: number, topFd: number, deadlineMs: number): string[] {
  const moved: string[] = [];
  for (const entry of entriesOf(fd)) {
    if (Date.now() >= deadlineMs) break;
    const at = Buffer.concat([Buffer.from(within(fd, '')), entry.name]);
    // What somebody exchanges or keeps just now is left for the next time.
    succeeds(() => {
      if (!entry.isDirectory()) {
        unlinkSync(at);
        return;
      }
      const name = randomUUID();
      makeMovable(at);
      renameSync(at, within(topFd, name));
      moved.push(name);
    });
  }
  return moved;
}

function entriesOf(fd: number): readonly Entry[] {
  const here = `/proc/self/fd/${String(fd)}`;
  let entries: readonly Entry[] = [];
  succeeds(() => {
    chmodSync(here, OPEN_TO_ITS_OWNER);
    entries = readdirSync(here, { withFileTypes: true, encoding: 'buffer' });
  });
  return entries;
}

/** A name need not be text. */
interface Entry {
  readonly name: Buffer;
  isDirectory(): boolean;
}

/** Whoever moves a directory must be allowed to write in it. */
function makeMovable(directory: Buffer): void {
  const fd = openSync(directory, DIRECTORY_ITSELF);
  try {
    chmodSync(`/proc/self/fd/${String(fd)}`, OPEN_TO_ITS_OWNER);
  } finally {
    closeSync(fd);
  }
}

const OPEN_TO_ITS_OWNER = 0o700;

function within(fd: number, name: string): string {
  return `/proc/self/fd/${String(fd)}/${name}`;
}

function succeeds(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
