import { type FileHandle, lstat, rename } from 'node:fs/promises';
import { ExecError } from '@holdfast/exec-protocol';
import { about } from './file-error.js';
import { type NativePath, shownPath } from './native-path.js';
import { descend } from './no-follow.js';
import type { WriteOptions } from './open-file.js';
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

async function expectSame(handle: FileHandle, at: NativePath, from: NativePath): Promise<void> {
  const [own, named] = await Promise.all([handle.stat(), lstat(at)]);
  if (own.dev === named.dev && own.ino === named.ino) return;
  throw new ExecError('fileNotFound', `${shownPath(from)} is another file than the one that was opened`);
}
