import {
  accessSync,
  constants,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  type Stats,
} from 'node:fs';
import type { FileFact, FileFacts } from './file-facts.js';

interface KindOfEntry {
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

const STICKY = 0o1000;
const WRITABLE_BY_ALL = 0o002;

/** The file system of this machine. */
export const realFileFacts: FileFacts = {
  look(path) {
    const found = lookAt(path);
    if (found === undefined) return undefined;
    const isShared = (found.mode & STICKY) !== 0 && (found.mode & WRITABLE_BY_ALL) !== 0;
    return { kind: kindOf(found), device: found.dev, inode: found.ino, isShared };
  },
  readLink: (path) => readlinkSync(path),
  list(path) {
    try {
      return readdirSync(path, { withFileTypes: true }).map((entry) => ({
        name: entry.name,
        kind: kindOf(entry),
      }));
    } catch {
      return [];
    }
  },
  mayCreateIn(directory) {
    try {
      accessSync(directory, constants.W_OK | constants.X_OK);
      return true;
    } catch (error) {
      // Its owner could change the mode. A read-only file system or a directory that is sealed stays so.
      return isNodeError(error) && error.code === 'EACCES' && isOwn(directory);
    }
  },
  readText(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
};

function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (isNodeError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw error;
  }
}

function isOwn(path: string): boolean {
  return lookAt(path)?.uid === process.geteuid?.();
}

function isNodeError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}

function kindOf(entry: KindOfEntry): FileFact['kind'] {
  if (entry.isSymbolicLink()) return 'link';
  return entry.isDirectory() ? 'directory' : 'file';
}
