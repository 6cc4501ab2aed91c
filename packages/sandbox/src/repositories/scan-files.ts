import { lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';

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
  /** Its entries; none where it cannot be read. */
  list(directory: string): Promise<readonly ScannedEntry[]>;
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
  async list(directory) {
    try {
      const entries = await readdir(directory, { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }));
    } catch {
      return [];
    }
  },
};
