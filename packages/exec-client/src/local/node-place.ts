import { Buffer } from 'node:buffer';
import { lstat } from 'node:fs/promises';
import { ExecError } from '@holdfast/exec-protocol';
import type { LocalPath } from '../transfer/local-files.js';
import { codeOf, shown } from './node-path.js';

/**
 * To be called before something takes the place of what is there: a file and a link may lose it, but a pipe or a device is
 * what it is, and whoever names one does not mean to have a file there.
 * @throws ExecError `notAFile` where there is anything else.
 */
export async function expectReplaceable(path: LocalPath): Promise<void> {
  const found = await lstat(Buffer.from(path)).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined || found.isFile() || found.isSymbolicLink()) return;
  const what = found.isDirectory() ? 'a directory' : 'not a regular file';
  throw new ExecError('notAFile', `${shown(path)} is ${what}; choose another name`);
}
