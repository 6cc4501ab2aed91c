import type { Dirent } from 'node:fs';
import { isClosedInside, readInsideUser } from '../files/closed-inside.js';
import { directDirectory, directPath, directStat, letGoOfWays } from '../files/direct-path.js';
import type { DirectoryStamp } from '../files/directory-stamp.js';
import { errorCode, lacksDescriptors } from '../files/error-code.js';
import type { FileFacts } from '../files/file-facts.js';
import { mayEnter } from '../files/may-enter.js';
import { openEntries, openFewEntries } from '../files/open-entries.js';
import { parentOf } from '../files/paths.js';
import { readBeginning } from '../files/read-small-file.js';
import { realFileFacts } from '../files/real-file-facts.js';
import { MAX_SMALL_FILE_BYTES } from '../limits.js';

/** The stamp of a directory, with what tells whether it holds others. */
export interface ScannedStamp extends DirectoryStamp {
  /** How many names lead to it. Most file systems count two, and one for each directory in it. */
  readonly links: number;
}

/** An entry of a directory; a link is neither a directory nor a file. */
export interface ScannedEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** The file system as a scan asks for it. Paths are absolute and canonical. */
export interface ScanFiles {
  /** A look begins, which goes by nothing that an earlier one has asked. */
  begin(): void;
  /**
   * Undefined where no directory is, or none that can be looked at or entered in a sandbox. It is asked of thousands, and so answers at once.
   * @throws ShutDirectory where it cannot be looked at for now.
   */
  stampOf(directory: string): ScannedStamp | undefined;
  /** Its entries, some at a time; none where it cannot be read or entered. @throws ShutDirectory where it cannot be for now. */
  list(directory: string): AsyncIterable<readonly ScannedEntry[]>;
  /** How the text of a regular file begins, its first `MAX_SMALL_FILE_BYTES`; undefined for anything else. */
  beginningOf(path: string): string | undefined;
  /** Whether something stands at a path, a link included. @throws ShutDirectory where that cannot be told for now. */
  exists(path: string): boolean;
}

/**
 * A mode forbids to look into a directory, and whatever is started here could fill it unseen: this user owns it and may change the mode, or may
 * make files in one of somebody else.
 */
export class ShutDirectory extends Error {
  override readonly name = 'ShutDirectory';

  /** The one with that mode: what was looked for, or what holds it. */
  readonly directory: string;
  readonly isOwn: boolean;

  constructor(
    directory: string,
    { isOwn = true, ...options }: ErrorOptions & { readonly isOwn?: boolean } = {},
  ) {
    super(directory, options);
    this.directory = directory;
    this.isOwn = isOwn;
  }
}

const OWN = readInsideUser();

/** The directories of this machine. */
export const realScanFiles: ScanFiles = {
  begin: letGoOfWays,
  stampOf(directory) {
    try {
      const found = directStat(directory);
      if (found?.isDirectory() !== true) return undefined;
      const { uid, gid, mode } = found;
      if (isClosedInside({ kind: 'directory', uid, gid, mode }, OWN)) {
        // What is its own it can open again.
        if (uid === OWN.uid) throw new ShutDirectory(directory);
        return undefined;
      }
      return { device: found.dev, inode: found.ino, changedMs: found.ctimeMs, links: found.nlink };
    } catch (error) {
      if (error instanceof ShutDirectory) throw error;
      refuseShut(directory, error);
      return undefined;
    }
  },
  async *list(directory) {
    try {
      const few = isSmall(directory) ? fewIn(directory) : undefined;
      if (few !== undefined) {
        yield few;
        return;
      }
      let chunk: ScannedEntry[] = [];
      for await (const entry of await openEntries(directory, { bufferSize: CHUNK })) {
        chunk.push(scannedEntryOf(entry));
        if (chunk.length < CHUNK) continue;
        yield chunk;
        chunk = [];
      }
      yield chunk;
    } catch (error) {
      refuseShut(directory, error);
      if (errorCode(error) === 'EACCES' && mayFill(directory))
        throw new ShutDirectory(directory, { isOwn: false, cause: error });
      // What else cannot be read says nothing.
    }
  },
  beginningOf: (path) => readBeginning(path, MAX_SMALL_FILE_BYTES),
  exists(path) {
    try {
      return directStat(path) !== undefined;
    } catch (error) {
      refuseShut(path, error);
      return false;
    }
  },
};

function scannedEntryOf(entry: Dirent): ScannedEntry {
  return { name: entry.name, isDirectory: entry.isDirectory() };
}

/** The entries of a directory, read at once; undefined where they are more than a chunk. */
function fewIn(directory: string): readonly ScannedEntry[] | undefined {
  const opened = openFewEntries(directory, { bufferSize: CHUNK + 1 });
  try {
    const entries: ScannedEntry[] = [];
    for (let entry = opened.readSync(); entry !== null; entry = opened.readSync()) {
      if (entries.length === CHUNK) return undefined;
      entries.push(scannedEntryOf(entry));
    }
    return entries;
  } finally {
    opened.closeSync();
  }
}

/** Whether a directory says that it holds few entries. By the time that it is read another one may be there. */
function isSmall(directory: string): boolean {
  return (directStat(directory)?.size ?? 0) <= SMALL_DIRECTORY_BYTES;
}

/** One block: some hundred names, or where a system counts names and not bytes, some thousand. */
const SMALL_DIRECTORY_BYTES = 4096;

/** Judged by the very error: a mode may be another one a moment later. @throws ShutDirectory; the error where descriptors are lacking. */
function refuseShut(directory: string, cause: unknown): void {
  if (lacksDescriptors(cause)) throw cause;
  if (errorCode(cause) !== 'EACCES') return;
  const { path, owner } = visibleAbove(directory);
  if (owner === process.geteuid?.()) throw new ShutDirectory(path, { cause });
}

/** Whether this user may make files in a directory, whoever owns it. */
function mayFill(directory: string): boolean {
  try {
    return realFileFacts.mayCreateIn(directDirectory(directory)) === 'now';
  } catch {
    return false;
  }
}

/** The path itself, or where it cannot be looked at, what holds it. */
function visibleAbove(path: string): { readonly path: string; readonly owner: number | undefined } {
  try {
    return { path, owner: directStat(path)?.uid };
  } catch {
    const directory = parentOf(path);
    // What alone cannot be looked at there is a file system that somebody has mounted for nobody else, and no command looks at it either.
    return mayEnter(directory, DIRECT_FACTS) ? { path, owner: undefined } : visibleAbove(directory);
  }
}

const DIRECT_FACTS: Pick<FileFacts, 'look'> = { look: (path) => realFileFacts.look(directPath(path)) };

/** Entries that are asked of the kernel at a time; so many take well below a slice. */
const CHUNK = 512;
