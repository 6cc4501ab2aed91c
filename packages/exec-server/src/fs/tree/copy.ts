import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import {
  chmod,
  copyFile,
  type FileHandle,
  lstat,
  mkdir,
  readdir,
  readlink,
  realpath,
  symlink,
  unlink,
} from 'node:fs/promises';
import { platform } from 'node:os';
import { ExecError } from '@holdfast/exec-protocol';
import { about, errnoOf } from '../file-error.js';
import { isWithin, joinPath, type NativePath, nameOf, parentOf, shownPath } from '../native-path.js';
import { standing } from '../no-follow.js';
import { openToFill, openToRead } from '../open-file.js';

/**
 * Copies a file, a link as a link, or with `recursive` a directory with what it has of these. Files that exist are
 * overwritten, directories that exist are filled, nothing is replaced by a link; a file that is copied onto itself stays
 * as it is.
 */
export async function copy(from: NativePath, to: NativePath, recursive: boolean): Promise<void> {
  const source = await about(from, () => lstat(from));
  if (source.isDirectory()) {
    if (!recursive) throw refused(from, 'is a directory; copy it with recursive: true');
    await refuseOntoItself(from, to);
  }
  if (!isCopyable(source)) {
    throw refused(from, 'is neither a regular file nor a directory nor a symbolic link');
  }
  await copyEntry(from, source, to);
}

function isCopyable(source: Stats): boolean {
  return source.isDirectory() || source.isSymbolicLink() || source.isFile();
}

async function copyEntry(from: NativePath, source: Stats, to: NativePath): Promise<void> {
  if (source.isDirectory()) await copyDirectory(from, source, to);
  else if (source.isSymbolicLink()) await copyLink(from, to);
  else if (source.isFile()) await copyContent(from, to);
}

async function copyDirectory(from: NativePath, source: Stats, to: NativePath): Promise<void> {
  const mode = source.mode & PERMISSIONS;
  const isNew = await about(to, async () => {
    if ((await mkdir(to, { recursive: true })) === undefined) return false;
    // Its owner has to fill it, even where it will be read-only; for everybody else it is at once what it will be.
    await chmod(to, mode | OWNER);
    return true;
  });
  for (const name of await about(from, () => readdir(from, { encoding: 'buffer' }))) {
    const entry = joinPath(from, name);
    const found = await lstat(entry).catch(() => undefined);
    // What went away meanwhile is not there to be copied.
    if (found !== undefined) await copyEntry(entry, found, joinPath(to, name));
  }
  if (isNew && (mode & OWNER) !== OWNER) await about(to, () => chmod(to, mode));
}

async function copyLink(from: NativePath, to: NativePath): Promise<void> {
  const target = await about(from, () => readlink(from, { encoding: 'buffer' }));
  await about(to, async () => {
    await symlink(target, to).catch(async (error: unknown) => {
      if (errnoOf(error) !== 'EEXIST' || !(await isSame(from, to))) throw error;
    });
  });
}

/** Both ends are opened without waiting, and looked at once they are: under their names somebody may put a pipe meanwhile. */
async function copyContent(from: NativePath, to: NativePath): Promise<void> {
  const { handle: source, found } = await openToRead(from, { followSymlinks: true });
  try {
    const { handle: target } = await openToFill(to, found.mode & PERMISSIONS);
    try {
      await about(to, () => copyBetween([source, from], [target, to]));
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

type Opened = readonly [FileHandle, NativePath];

/** The system copies the content itself, or only says that both are the same. A file onto itself stays as it is. */
async function copyBetween([source, from]: Opened, [target, to]: Opened): Promise<void> {
  const [fromPath, toPath] = platform() === 'linux' ? [standing(source), standing(target)] : [from, to];
  try {
    await copyFile(fromPath, toPath, constants.COPYFILE_FICLONE);
  } catch (error) {
    // Half a copy is none.
    if (await isNamed(target, to)) await unlink(to).catch(() => undefined);
    throw error;
  }
}

async function isNamed(opened: FileHandle, path: NativePath): Promise<boolean> {
  const [own, named] = await Promise.all([opened.stat(), lstat(path).catch(() => undefined)]);
  return own.dev === named?.dev && own.ino === named.ino;
}

async function isSame(one: NativePath, other: NativePath): Promise<boolean> {
  const [left, right] = await Promise.all([lstat(one), lstat(other)]);
  return left.dev === right.dev && left.ino === right.ino;
}

async function refuseOntoItself(from: NativePath, to: NativePath): Promise<void> {
  const source = await about(from, () => realpath(from, { encoding: 'buffer' }));
  const target = await realOf(to);
  if (isWithin(source, target)) throw refused(from, `cannot be copied into itself, at ${shownPath(to)}`);
}

/** Where a path that may not exist yet would come to lie. */
async function realOf(path: NativePath): Promise<NativePath> {
  const real = await realpath(path, { encoding: 'buffer' }).catch(() => undefined);
  const parent = parentOf(path);
  if (real !== undefined || parent === undefined) return real ?? path;
  return joinPath(await realOf(parent), nameOf(path));
}

const PERMISSIONS = 0o777;
const OWNER = 0o700;

function refused(path: NativePath, why: string): ExecError {
  return new ExecError('invalidFileRequest', `${shownPath(path)} ${why}`);
}
