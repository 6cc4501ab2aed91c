import { isUtf8 } from 'node:buffer';
import { accessSync, constants, lstatSync, opendirSync, readlinkSync, type Stats } from 'node:fs';
import { MAX_SMALL_FILE_BYTES } from '../limits.js';
import { bornMsOf } from './born-ms.js';
import { isClosedInside, isUnreadableInside, isUnwritableInside, readInsideUser } from './closed-inside.js';
import { errorCode, NOT_TEXT, systemError } from './error-code.js';
import type { DirectoryEntry, FileFact, FileFacts } from './file-facts.js';
import { MAX_PATH_BYTES } from './paths.js';
import { readSmallFile } from './read-small-file.js';

interface KindOfEntry {
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

const PERMISSIONS = 0o7777;
const OWN = readInsideUser();

/** The file system of this machine. */
export const realFileFacts: FileFacts = {
  look(path) {
    const found = lookAt(path);
    if (found === undefined) return undefined;
    const { dev: device, ino: inode, nlink: links, uid, gid } = found;
    const mode = found.mode & PERMISSIONS;
    return { kind: kindOf(found), device, inode, bornMs: bornMsOf(found), uid, gid, mode, links };
  },
  isClosed: (directory) => isClosedInside(directory, OWN),
  isUnwritable: (file) => isUnwritableInside(file, OWN),
  isUnreadable: (file) => isUnreadableInside(file, OWN),
  // A file system of the network may give what root makes to nobody.
  isOwn: ({ uid }) => uid === process.geteuid?.() || uid === NOBODY,
  readLink: (path) => textOf(readlinkSync(path, 'buffer')),
  list(path, atMost) {
    try {
      return lookAt(path) === undefined ? [] : entriesOf(path, atMost);
    } catch {
      return [];
    }
  },
  mayCreateIn(directory) {
    try {
      accessSync(directory, constants.W_OK | constants.X_OK);
      return 'now';
    } catch (error) {
      // A read-only file system or a directory that is sealed stays so.
      return errorCode(error) === 'EACCES' && belongsToThisUser(directory) ? 'afterChmod' : 'never';
    }
  },
  takesName(path) {
    // Of a path that is too long as a whole nobody can tell.
    return Buffer.byteLength(path) >= MAX_PATH_BYTES || !isTooLong(path);
  },
  readText(path) {
    try {
      return readSmallFile(path, MAX_SMALL_FILE_BYTES);
    } catch {
      return undefined;
    }
  },
};

/** @throws Error for bytes that are no UTF-8: decoded, they would be another name. */
function textOf(target: Buffer): string {
  if (isUtf8(target)) return target.toString();
  throw systemError(NOT_TEXT, 'the target of the link is not UTF-8');
}

function entriesOf(path: string, atMost: number): readonly DirectoryEntry[] | undefined {
  const directory = opendirSync(path, { bufferSize: 512 });
  try {
    const entries: DirectoryEntry[] = [];
    for (let next = directory.readSync(); next !== null; next = directory.readSync()) {
      if (entries.length >= atMost) return undefined;
      entries.push({ name: next.name, kind: kindOf(next) });
    }
    return entries;
  } finally {
    directory.closeSync();
  }
}

function lookAt(path: string): Stats | undefined {
  try {
    // Thousands of errors would take longer than the looks.
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (NOTHING_THERE.has(errorCode(error))) return undefined;
    throw error;
  }
}

function isTooLong(path: string): boolean {
  try {
    lstatSync(path, { throwIfNoEntry: false });
    return false;
  } catch (error) {
    return errorCode(error) === 'ENAMETOOLONG';
  }
}

/** A longer name than there can be is one of nothing, too. */
const NOTHING_THERE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

/** Who stands for users that a file system or a namespace does not know. */
const NOBODY = 65_534;

function belongsToThisUser(path: string): boolean {
  return lookAt(path)?.uid === process.geteuid?.();
}

function kindOf(entry: KindOfEntry): FileFact['kind'] {
  if (entry.isSymbolicLink()) return 'link';
  return entry.isDirectory() ? 'directory' : 'file';
}
