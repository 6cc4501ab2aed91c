import type { Stats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { about, symlinkRefused } from './file-error.js';
import type { NativePath } from './native-path.js';
import { descend } from './no-follow.js';
import type { LinkOptions } from './open-file.js';

/** What is told of an entry. */
export interface Metadata {
  readonly isDirectory: boolean;
  readonly isFile: boolean;
  /** The path itself is a link; everything else is about its target. */
  readonly isSymlink: boolean;
  readonly size: number;
  /** Unix time in milliseconds, 0 where it is not known. */
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
  readonly permissions: number;
}

/** The bits of a mode that say who may read, write and run. */
export const PERMISSIONS = 0o777;

/** Describes what a path leads to. */
export function getMetadata(path: NativePath, { followSymlinks }: LinkOptions): Promise<Metadata> {
  return about(path, async () => {
    if (followSymlinks) {
      const own = await lstat(path);
      return own.isSymbolicLink() ? metadataOf(await stat(path), true) : metadataOf(own, false);
    }
    const own = await descend(path, (last) => lstat(last));
    if (!own.isSymbolicLink()) return metadataOf(own, false);
    throw symlinkRefused(path);
  });
}

/** The path without links; it has to exist. */
export function canonicalize(path: NativePath): Promise<NativePath> {
  return about(path, () => realpath(path, { encoding: 'buffer' }));
}

function metadataOf(stats: Stats, isSymlink: boolean): Metadata {
  return {
    isDirectory: stats.isDirectory(),
    isFile: stats.isFile(),
    isSymlink,
    size: stats.size,
    createdAtMs: Math.max(0, Math.floor(stats.birthtimeMs)),
    modifiedAtMs: Math.max(0, Math.floor(stats.mtimeMs)),
    permissions: stats.mode & PERMISSIONS,
  };
}
