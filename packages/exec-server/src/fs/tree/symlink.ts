import { randomBytes } from 'node:crypto';
import { rename, symlink, unlink } from 'node:fs/promises';
import { ExecError } from '@holdfast/exec-protocol';
import { about, errnoOf } from '../file-error.js';
import { joinPath, type NativePath, parentOf, shownPath } from '../native-path.js';
import { descend } from '../no-follow.js';
import { expectReplaceable } from '../open/replaceable.js';
import type { LinkOptions } from '../open-file.js';

/**
 * Makes a symbolic link, in place of a file or link that is there. Where it leads is not looked at.
 * @throws ExecError `notAFile` where there is anything else; `invalidFileRequest` for a target that no link can hold.
 */
export async function makeLink(
  path: NativePath,
  target: Uint8Array,
  { followSymlinks }: LinkOptions,
): Promise<void> {
  if (target.length === 0 || target.includes(0)) {
    throw new ExecError('invalidFileRequest', `${shownPath(path)}: a link leads to a path without NUL`);
  }
  const make = (at: NativePath): Promise<void> => placeLink(path, at, Buffer.from(target));
  await about(path, () => (followSymlinks ? make(path) : descend(path, make)));
}

const NAME_BYTES = 16;

async function placeLink(path: NativePath, at: NativePath, target: Buffer): Promise<void> {
  try {
    await symlink(target, at);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    await expectReplaceable(at, path);
    await replaceByLink(at, target);
  }
}

async function replaceByLink(at: NativePath, target: Buffer): Promise<void> {
  const temporary = joinPath(
    parentOf(at) ?? at,
    Buffer.from(`.holdfast-${randomBytes(NAME_BYTES).toString('hex')}.part`),
  );
  await symlink(target, temporary);
  try {
    await rename(temporary, at);
  } catch (error) {
    await unlink(temporary);
    throw error;
  }
}
