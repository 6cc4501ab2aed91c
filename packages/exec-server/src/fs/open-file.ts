import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readlink, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { ERROR_KINDS, ExecError } from '@holdfast/exec-protocol';
import { isOnKernelFileSystem, pathOfDescriptor } from '@holdfast/sandbox/internal';
import { about } from './file-error.js';
import { type NativePath, shownPath } from './native-path.js';
import { descend, standing } from './no-follow.js';

/** How the links of a path are treated. */
export interface LinkOptions {
  /** Whether links are followed; false refuses them in every component. */
  readonly followSymlinks: boolean;
}

/** How a file is reached. */
export interface ReadOptions extends LinkOptions {
  /** What the system is told instead of the path, by whoever stands in the directory: then the last component alone is looked at. */
  readonly at?: NativePath | undefined;
  /** Whether what the kernel shows as a file is refused: to read it may take it from others. Default false. */
  readonly refusesKernelFiles?: boolean;
}

/** How a file is written. */
export interface WriteOptions extends ReadOptions {
  /** The permission bits that it has from now on, set before anything is written; what the system gives by default. */
  readonly permissions?: number | undefined;
}

/** A file that is open; whoever gets it closes it. */
export interface OpenFile {
  readonly handle: FileHandle;
  /** What was seen of it once it was open. */
  readonly found: Stats;
}

// A pipe without a writer would hold its opener for ever.
const READ = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
const REPLACE = constants.O_WRONLY | constants.O_CREAT | constants.O_NONBLOCK | constants.O_NOCTTY;
const KEEP = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | constants.O_NOCTTY;
const NEW_FILE_MODE = 0o666;
const OWNER_READS_AND_WRITES = 0o600;

/**
 * Opens a regular file for reading.
 * @throws ExecError `notAFile` for everything else that has a name.
 */
export function openToRead(path: NativePath, options: ReadOptions): Promise<OpenFile> {
  return openThat(path, READ, options, isRegular, ERROR_KINDS.notAFile.code);
}

/**
 * Opens a regular file for writing, made or emptied.
 * @throws ExecError `notAFile` for everything else that has a name; nothing is emptied then.
 */
export function openToReplace(path: NativePath, options: WriteOptions): Promise<OpenFile> {
  return openToEmpty(path, options, isRegular);
}

/**
 * Opens a regular file that takes the content of another one, made where there is none; nothing is emptied.
 * @param permissions A new file has them, its owner's rights aside.
 */
export function openToFill(path: NativePath, permissions: number, options: ReadOptions): Promise<OpenFile> {
  const writing = { ...options, permissions: permissions | OWNER_READS_AND_WRITES };
  return openThat(path, REPLACE, writing, isRegular, ERROR_KINDS.fileSystemFailed.code);
}

/** Opens a regular file for reading and writing, made where there is none; nothing is emptied. */
export async function openToKeep(path: NativePath, options: WriteOptions): Promise<OpenFile> {
  const opened = await openThat(path, KEEP, options, isRegular, ERROR_KINDS.fileSystemFailed.code);
  return await prepared(opened, path, options);
}

/** The same for what takes all content at once: the null device, where it goes nowhere, will do. */
export function openToOverwrite(path: NativePath, options: WriteOptions): Promise<OpenFile> {
  return openToEmpty(path, options, isRegularOrNull);
}

async function openToEmpty(path: NativePath, options: WriteOptions, isWanted: Wanted): Promise<OpenFile> {
  // The reference calls it a bad request to read such a thing, and a failure to write it.
  const opened = await openThat(path, REPLACE, options, isWanted, ERROR_KINDS.fileSystemFailed.code);
  const { handle } = opened;
  // Not by opening it: what a sandbox denies would be refused as what it shows read-only.
  return await prepared(opened, path, options, () => handle.truncate(0));
}

/** Gives a file its permissions and whatever else it needs before it is written; a device is left as it is. */
async function prepared(
  opened: OpenFile,
  path: NativePath,
  { permissions }: WriteOptions,
  prepare?: () => Promise<void>,
): Promise<OpenFile> {
  const { handle, found } = opened;
  if (!isRegular(found)) return opened;
  try {
    await about(path, async () => {
      if (permissions !== undefined) await handle.chmod(permissions);
      await prepare?.();
    });
    return opened;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

type Wanted = (found: Stats) => boolean | Promise<boolean>;

function isRegular(found: Stats): boolean {
  return found.isFile();
}

async function isRegularOrNull(found: Stats): Promise<boolean> {
  if (!found.isCharacterDevice()) return found.isFile();
  const nullDevice = await stat('/dev/null').catch(() => undefined);
  return found.rdev === nullDevice?.rdev;
}

async function openThat(
  path: NativePath,
  flags: number,
  { followSymlinks, permissions = NEW_FILE_MODE, at: known, refusesKernelFiles = false }: WriteOptions,
  isWanted: Wanted,
  refusalCode: number,
): Promise<OpenFile> {
  const notAFile = (): ExecError =>
    new ExecError('notAFile', `${shownPath(path)} is not a regular file`, { code: refusalCode });
  // Opening a device may do something, so what it is is asked first; the answer is checked again on what was opened.
  const openChecked = async (at: NativePath): Promise<FileHandle> => {
    const found = await (followSymlinks ? stat(at) : lstat(at)).catch(() => undefined);
    if (found !== undefined && !found.isSymbolicLink() && !(await isWanted(found))) throw notAFile();
    return await open(at, followSymlinks ? flags : flags | constants.O_NOFOLLOW, permissions);
  };
  return await about(path, async () => {
    const isReached = followSymlinks || known !== undefined;
    const handle = await (isReached ? openChecked(known ?? path) : descend(path, openChecked));
    try {
      const found = await handle.stat();
      if (!(await isWanted(found)) || (await isMemory(handle, found))) throw notAFile();
      if (refusesKernelFiles && isOfKernel(handle)) throw notAFile();
      return { handle, found };
    } catch (error) {
      await handle.close();
      throw error;
    }
  });
}

function isOfKernel({ fd }: FileHandle): boolean {
  return platform() === 'linux' && isOnKernelFileSystem(pathOfDescriptor(fd));
}

/** The memory of a process, such as of this very program, which holds what other clients have read and is to answer them. */
async function isMemory(handle: FileHandle, { size, mode }: Stats): Promise<boolean> {
  if (platform() !== 'linux' || size !== 0 || mode !== MODE_OF_MEMORY) return false;
  return MEMORY.test(await readlink(standing(handle)).catch(() => ''));
}

/** The kernel gives it this one and lets nobody change it, so hardly any other file has to be asked for its name. */
const MODE_OF_MEMORY = constants.S_IFREG | 0o600;
const MEMORY = /^\/proc\/\d+\/(task\/\d+\/)?mem$/;
