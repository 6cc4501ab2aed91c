import { constants } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { ERROR_KINDS, ExecError } from '@holdfast/exec-protocol';
import { about } from './file-error.js';
import { type NativePath, shownPath } from './native-path.js';
import { descend } from './no-follow.js';

/** How the links of a path are treated. */
export interface LinkOptions {
  /** Whether links are followed; false refuses them in every component. */
  readonly followSymlinks: boolean;
}

// A pipe without a writer would hold its opener for ever.
const READ = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
const REPLACE = constants.O_WRONLY | constants.O_CREAT | constants.O_NONBLOCK | constants.O_NOCTTY;
const NEW_FILE_MODE = 0o666;

/**
 * Opens a regular file for reading; whoever gets it closes it.
 * @throws ExecError `notAFile` for everything else that has a name.
 */
export function openToRead(path: NativePath, options: LinkOptions): Promise<FileHandle> {
  return openRegular(path, READ, options, ERROR_KINDS.notAFile.code);
}

/**
 * Opens a regular file for writing, made or emptied; whoever gets it closes it.
 * @throws ExecError `notAFile` for everything else that has a name; nothing is emptied then.
 */
export async function openToReplace(path: NativePath, options: LinkOptions): Promise<FileHandle> {
  // The reference calls it a bad request to read such a thing, and a failure to write it.
  const handle = await openRegular(path, REPLACE, options, ERROR_KINDS.fileSystemFailed.code);
  try {
    await about(path, () => handle.truncate(0));
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openRegular(
  path: NativePath,
  flags: number,
  { followSymlinks }: LinkOptions,
  refusalCode: number,
): Promise<FileHandle> {
  const notAFile = (): ExecError =>
    new ExecError('notAFile', `${shownPath(path)} is not a regular file`, { code: refusalCode });
  // Opening a device may do something, so what it is is asked first; the answer is checked again on what was opened.
  const openChecked = async (at: NativePath): Promise<FileHandle> => {
    const found = await (followSymlinks ? stat(at) : lstat(at)).catch(() => undefined);
    const isOther = found !== undefined && !found.isFile() && !found.isSymbolicLink();
    if (isOther) throw notAFile();
    return await open(at, followSymlinks ? flags : flags | constants.O_NOFOLLOW, NEW_FILE_MODE);
  };
  return await about(path, async () => {
    const handle = followSymlinks ? await openChecked(path) : await descend(path, openChecked);
    try {
      if (!(await handle.stat()).isFile()) throw notAFile();
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  });
}
