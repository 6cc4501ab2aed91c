import { constants } from 'node:fs';
import { chmod, lstat, open } from 'node:fs/promises';
import { platform } from 'node:os';
import { O_PATH } from '@holdfast/sandbox/internal';
import { about, symlinkRefused } from './file-error.js';
import type { NativePath } from './native-path.js';
import { descend, standing } from './no-follow.js';
import type { LinkOptions } from './open-file.js';

/** Sets the permission bits of a file or directory. */
export async function setPermissions(
  path: NativePath,
  permissions: number,
  { followSymlinks }: LinkOptions,
): Promise<void> {
  await about(path, () =>
    followSymlinks
      ? chmod(path, permissions)
      : descend(path, (last) => setUnlessLink(path, last, permissions)),
  );
}

async function setUnlessLink(path: NativePath, at: NativePath, permissions: number): Promise<void> {
  if (platform() !== 'linux') {
    if ((await lstat(at)).isSymbolicLink()) throw symlinkRefused(path);
    await chmod(at, permissions);
    return;
  }
  // Who may not read a file may still change who may.
  const entry = await open(at, O_PATH | constants.O_NOFOLLOW);
  try {
    if ((await entry.stat()).isSymbolicLink()) throw symlinkRefused(path);
    await chmod(standing(entry), permissions);
  } finally {
    await entry.close();
  }
}
