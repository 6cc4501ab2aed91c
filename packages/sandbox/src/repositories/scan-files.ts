import { accessSync, constants, lstatSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { errorCode } from '../files/error-code.js';

/**
 * Tells one state of a directory from every later one: each entry that comes, goes or is renamed moves the time, and no
 * program can set it back.
 */
export interface DirectoryStamp {
  readonly device: number;
  readonly inode: number;
  /** When it changed, its attributes included; milliseconds since 1970. */
  readonly changedMs: number;
}

/** An entry of a directory; a link is neither a directory nor a file. */
export interface ScannedEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** The file system as a scan asks for it. Paths are absolute and canonical. */
export interface ScanFiles {
  /** Undefined where no directory is, or none that can be looked at. It is asked of thousands, and so answers at once. */
  stampOf(directory: string): DirectoryStamp | undefined;
  /** Its entries, some at a time; none where it cannot be read. */
  list(directory: string): AsyncIterable<readonly ScannedEntry[]>;
  /** Whether something stands at a path, a link included. */
  exists(path: string): boolean;
  /** Whether a directory cannot be read although this user owns it, and so could change that. */
  isShut(directory: string): boolean;
}

/** The directories of this machine. */
export const realScanFiles: ScanFiles = {
  stampOf(directory) {
    try {
      const found = lstatSync(directory, { throwIfNoEntry: false });
      if (found?.isDirectory() !== true) return undefined;
      return { device: found.dev, inode: found.ino, changedMs: found.ctimeMs };
    } catch {
      return undefined;
    }
  },
  async *list(directory) {
    try {
      let chunk: ScannedEntry[] = [];
      for await (const entry of await opendir(directory, { bufferSize: CHUNK })) {
        chunk.push({ name: entry.name, isDirectory: entry.isDirectory() });
        if (chunk.length < CHUNK) continue;
        yield chunk;
        chunk = [];
      }
      yield chunk;
    } catch {
      // What cannot be read says nothing.
    }
  },
  exists(path) {
    try {
      return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    } catch {
      return false;
    }
  },
  isShut(directory) {
    try {
      accessSync(directory, constants.R_OK | constants.X_OK);
      return false;
    } catch (error) {
      return errorCode(error) === 'EACCES' && isOwnDirectory(directory);
    }
  },
};

function isOwnDirectory(path: string): boolean {
  try {
    const found = lstatSync(path);
    return found.isDirectory() && found.uid === process.geteuid?.();
  } catch {
    return false;
  }
}

/** Entries that are asked of the kernel at a time; so many take well below a slice. */
const CHUNK = 512;
