import type { Stats } from 'node:fs';
import { type FileHandle, lstat, rename, stat } from 'node:fs/promises';
import { ExecError } from '@holdfast/exec-protocol';
import { about, errnoOf } from '../file-error.js';
import { type NativePath, shownPath } from '../native-path.js';
import { descend } from '../no-follow.js';
import type { LinkOptions, WriteOptions } from '../open-file.js';
import { expectReplaceable } from './replaceable.js';

/**
 * Gives an open file another name, in place of a file or link that has it.
 * @throws ExecError `fileNotFound` where the name that it was opened by is another file's now; `notAFile` over anything else.
 */
export async function renameOpen(
  handle: FileHandle,
  from: NativePath,
  to: NativePath,
  { followSymlinks, permissions }: WriteOptions,
): Promise<void> {
  const move = async (source: NativePath, destination: NativePath): Promise<void> => {
    await about(from, () => expectSame(handle, source, from));
    await about(to, async () => {
      await expectReplaceable(destination, to);
      if (permissions !== undefined) await handle.chmod(permissions);
      await rename(source, destination);
    });
  };
  if (followSymlinks) {
    await move(from, to);
    return;
  }
  await about(from, () =>
    descend(from, (source) => about(to, () => descend(to, (destination) => move(source, destination)))),
  );
}

/** Whether a path leads to an open file. */
export async function isAt(
  handle: FileHandle,
  path: NativePath,
  { followSymlinks }: LinkOptions,
): Promise<boolean> {
  try {
    const named = await (followSymlinks ? stat(path) : descend(path, (last) => lstat(last)));
    return isSame(await handle.stat(), named);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function expectSame(handle: FileHandle, at: NativePath, from: NativePath): Promise<void> {
  if (isSame(await handle.stat(), await lstat(at))) return;
  throw new ExecError('fileNotFound', `${shownPath(from)} is another file than the one that was opened`);
}

function isSame(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}
