import { lstat } from 'node:fs/promises';
import { ExecError } from '@holdfast/exec-protocol';
import { errnoOf } from '../file-error.js';
import { type NativePath, shownPath } from '../native-path.js';

/**
 * To be called before something takes the place of what is at `at`: a file and a link may lose it, but a pipe or a device is
 * what it is, and whoever names one does not mean to have a file there.
 * @param named What the client calls it.
 * @throws ExecError `notAFile` where there is anything else.
 */
export async function expectReplaceable(at: NativePath, named: NativePath): Promise<void> {
  const found = await lstat(at).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined || found.isFile() || found.isSymbolicLink()) return;
  const what = found.isDirectory() ? 'a directory' : 'not a regular file';
  throw new ExecError('notAFile', `${shownPath(named)} is ${what}; choose another name`);
}
