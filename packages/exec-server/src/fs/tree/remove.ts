import { lstat, rm, rmdir, unlink } from 'node:fs/promises';
import { platform } from 'node:os';
import { ERROR_KINDS, ExecError } from '@holdfast/exec-protocol';
import { about, errnoOf, symlinkRefused } from '../file-error.js';
import { type NativePath, shownPath } from '../native-path.js';
import { descend } from '../no-follow.js';
import type { LinkOptions } from '../open-file.js';
import { removeDirectory } from './remove-directory.js';
import { Standpoint } from './standpoint.js';

/** How an entry is removed. */
export interface RemoveOptions extends LinkOptions {
  /** Removes what a directory holds. */
  readonly recursive: boolean;
  /** A missing path is no error. */
  readonly force: boolean;
}

/** Removes a file, a link itself, or a directory. */
export async function remove(
  path: NativePath,
  { recursive, force, followSymlinks }: RemoveOptions,
): Promise<void> {
  if (recursive && !followSymlinks) {
    throw new ExecError(
      'invalidFileRequest',
      `${shownPath(path)}: recursive removal follows links above it; send recursive: false or followSymlinks: true`,
      { code: ERROR_KINDS.fileSystemFailed.code },
    );
  }
  await about(path, async () => {
    try {
      if (followSymlinks) await removeEntry(path, path, recursive);
      else await descend(path, (last) => removeUnlessLink(path, last));
    } catch (error) {
      if (!force || errnoOf(error) !== 'ENOENT') throw error;
    }
  });
}

async function removeUnlessLink(path: NativePath, at: NativePath): Promise<void> {
  if ((await lstat(at)).isSymbolicLink()) throw symlinkRefused(path);
  await removeEntry(path, at, false);
}

async function removeEntry(path: NativePath, at: NativePath, recursive: boolean): Promise<void> {
  if (path.length === 1) {
    throw new ExecError('invalidFileRequest', `${shownPath(path)} is the root of the file system; name less`);
  }
  if (!(await lstat(at)).isDirectory()) await unlink(at);
  else if (recursive) await removeWhole(path);
  else await rmdir(at);
}

async function removeWhole(path: NativePath): Promise<void> {
  if (platform() !== 'linux') {
    // Nothing else keeps links from being followed that somebody puts there meanwhile, either.
    await rm(path, { recursive: true, maxRetries: 3 });
    return;
  }
  const { parent, name } = await Standpoint.above(path);
  try {
    await removeDirectory(parent, name);
  } finally {
    await parent.close();
  }
}
