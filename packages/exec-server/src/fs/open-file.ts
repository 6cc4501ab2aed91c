import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readlink, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { ERROR_KINDS, ExecError } from '@holdfast/exec-protocol';
import { about } from './file-error.js';
import { type NativePath, shownPath } from './native-path.js';
import { descend, standing } from './no-follow.js';

/** How the links of a path are treated. */
export interface LinkOptions {
  /** Whether links are followed; false refuses them in every component. */
  readonly followSymlinks: boolean;
}

/** How a file is written. */
export interface WriteOptions extends LinkOptions {
  /** The permission bits that it has from now on, set before anything is written; what the system gives by default. */
  readonly permissions?: number | undefined;
}

// A pipe without a writer would hold its opener for ever.
const READ = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
const REPLACE = constants.O_WRONLY | constants.O_CREAT | constants.O_NONBLOCK | constants.O_NOCTTY;
const KEEP = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | constants.O_NOCTTY;
const NEW_FILE_MODE = 0o666;
const OWNER_READS_AND_WRITES = 0o600;

/**
 * Opens a regular file for reading; whoever gets it closes it.
 * @throws ExecError `notAFile` for everything else that has a name.
 */
export function openToRead(path: NativePath, options: LinkOptions): Promise<FileHandle> {
  return openThat(path, READ, options, isRegular, ERROR_KINDS.notAFile.code);
}

/**
 * Opens a regular file for writing, made or emptied; whoever gets it closes it.
 * @throws ExecError `notAFile` for everything else that has a name; nothing is emptied then.
 */
export function openToReplace(path: NativePath, options: WriteOptions): Promise<FileHandle> {
  return openToEmpty(path, options, isRegular);
}

/**
 * Opens a regular file that takes the content of another one, made where there is none; nothing is emptied. Whoever gets it
 * closes it.
 * @param permissions A new file has them, its owner's rights aside.
 */
export function openToFill(path: NativePath, permissions: number): Promise<FileHandle> {
  const options = { followSymlinks: true, permissions: permissions | OWNER_READS_AND_WRITES };
  return openThat(path, REPLACE, options, isRegular, ERROR_KINDS.fileSystemFailed.code);
}

/** Opens a regular file for reading and writing, made where there is none; nothing is emptied. Whoever gets it closes it. */
export async function openToKeep(path: NativePath, options: WriteOptions): Promise<FileHandle> {
  const handle = await openThat(path, KEEP, options, isRegular, ERROR_KINDS.fileSystemFailed.code);
  return await prepared(handle, path, options);
}

/** The same for what takes all content at once: the null device, where it goes nowhere, will do. */
export async function openToOverwrite(path: NativePath, options: WriteOptions): Promise<FileHandle> {
  const nullDevice = await stat('/dev/null').catch(() => undefined);
  const isNull = (found: Stats): boolean => found.isCharacterDevice() && found.rdev === nullDevice?.rdev;
  return await openToEmpty(path, options, (found) => found.isFile() || isNull(found));
}

async function openToEmpty(path: NativePath, options: WriteOptions, isWanted: Wanted): Promise<FileHandle> {
  // The reference calls it a bad request to read such a thing, and a failure to write it.
  const handle = await openThat(path, REPLACE, options, isWanted, ERROR_KINDS.fileSystemFailed.code);
  return await prepared(handle, path, options, () => handle.truncate(0));
}

/** Gives a file its permissions and whatever else it needs before it is written; a device is left as it is. */
async function prepared(
  handle: FileHandle,
  path: NativePath,
  { permissions }: WriteOptions,
  prepare?: () => Promise<void>,
): Promise<FileHandle> {
  try {
    await about(path, async () => {
      if (!isRegular(await handle.stat())) return;
      if (permissions !== undefined) await handle.chmod(permissions);
      await prepare?.();
    });
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

type Wanted = (found: Stats) => boolean;

const isRegular: Wanted = (found) => found.isFile();

async function openThat(
  path: NativePath,
  flags: number,
  { followSymlinks, permissions = NEW_FILE_MODE }: WriteOptions,
  isWanted: Wanted,
  refusalCode: number,
): Promise<FileHandle> {
  const notAFile = (): ExecError =>
    new ExecError('notAFile', `${shownPath(path)} is not a regular file`, { code: refusalCode });
  // Opening a device may do something, so what it is is asked first; the answer is checked again on what was opened.
  const openChecked = async (at: NativePath): Promise<FileHandle> => {
    const found = await (followSymlinks ? stat(at) : lstat(at)).catch(() => undefined);
    const isOther = found !== undefined && !isWanted(found) && !found.isSymbolicLink();
    if (isOther) throw notAFile();
    return await open(at, followSymlinks ? flags : flags | constants.O_NOFOLLOW, permissions);
  };
  return await about(path, async () => {
    const handle = followSymlinks ? await openChecked(path) : await descend(path, openChecked);
    try {
      const opened = await handle.stat();
      if (!isWanted(opened) || (opened.size === 0 && (await isMemory(handle)))) throw notAFile();
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  });
}

/** The memory of a process, such as of this very program, which holds what other clients have read and is to answer them. */
async function isMemory(handle: FileHandle): Promise<boolean> {
  if (platform() !== 'linux') return false;
  return MEMORY.test(await readlink(standing(handle)).catch(() => ''));
}

const MEMORY = /^\/proc\/\d+\/(task\/\d+\/)?mem$/;
