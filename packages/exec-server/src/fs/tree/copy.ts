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
import { type LinkOptions, openToFill, openToRead } from '../open-file.js';
import { type Entry, Standpoint } from './standpoint.js';

/**
 * Copies a file, a link as a link, or with `recursive` a directory with what it has of these. Files that exist are
 * overwritten, directories that exist are filled, nothing is replaced by a link; a file that is copied onto itself stays
 * as it is. Links may lead to the directory of `from`, to the one of `to` and to what `to` is; none below is followed, also
 * where others put them there meanwhile.
 */
export async function copy(from: NativePath, to: NativePath, recursive: boolean): Promise<void> {
  const { parent: source, name } = await about(from, () => Standpoint.above(from));
  try {
    const entry = source.entry(name);
    const found = await about(from, () => lstat(entry.at));
    if (found.isDirectory() && !recursive)
      throw refused(from, 'is a directory; copy it with recursive: true');
    if (!isCopyable(found)) {
      throw refused(from, 'is neither a regular file nor a directory nor a symbolic link');
    }
    if (found.isDirectory()) {
      await refuseOntoItself(from, to);
      await about(from, () => source.enter(name));
      await copyWhole(source, found, to);
    } else {
      await copyAlone(entry, found, to);
    }
  } finally {
    await source.close();
  }
}

function isCopyable(source: Stats): boolean {
  return source.isDirectory() || source.isSymbolicLink() || source.isFile();
}

async function copyAlone(from: Entry, found: Stats, to: NativePath): Promise<void> {
  const { parent, name } = await about(to, () => Standpoint.above(to));
  try {
    await copyEntry(from, found, parent.entry(name), { followSymlinks: true });
  } finally {
    await parent.close();
  }
}

/** Copies what is no directory. */
async function copyEntry(from: Entry, found: Stats, to: Entry, options: LinkOptions): Promise<void> {
  if (found.isSymbolicLink()) await copyLink(from, to);
  else if (found.isFile()) await copyContent(from, to, options);
}

/** @param source Stands in the directory. */
async function copyWhole(source: Standpoint, found: Stats, to: NativePath): Promise<void> {
  const isNew = await about(to, async () => (await mkdir(to, { recursive: true })) !== undefined);
  const target = await about(to, () => Standpoint.in(to, { followSymlinks: !isNew }));
  try {
    await fill(source, target, found, isNew);
  } finally {
    await target.close();
  }
}

/** Both stand in their directories. */
async function fill(source: Standpoint, target: Standpoint, found: Stats, isNew: boolean): Promise<void> {
  const { path, at } = target.itself;
  const mode = found.mode & PERMISSIONS;
  // Its owner has to fill it, even where it will be read-only; for everybody else it is at once what it will be.
  if (isNew) await about(path, () => chmod(at, mode | OWNER));
  const names = await about(source.itself.path, () => readdir(source.itself.at, { encoding: 'buffer' }));
  for (const name of names) await copyInto(source, target, name);
  if (isNew && (mode & OWNER) !== OWNER) await about(path, () => chmod(target.itself.at, mode));
}

async function copyInto(source: Standpoint, target: Standpoint, name: Buffer): Promise<void> {
  const [from, to] = [source.entry(name), target.entry(name)];
  const found = await lstat(from.at).catch(() => undefined);
  // What went away meanwhile is not there to be copied.
  if (found === undefined) return;
  if (!found.isDirectory()) {
    await copyEntry(from, found, to, { followSymlinks: false });
    return;
  }
  await about(from.path, () => source.enter(name));
  // Somebody may have put it there meanwhile, and the copy would never end.
  if (target.hasPassed(source.identity)) throw intoItself(from.path, to.path);
  const isNew = await about(to.path, () => enterMade(target, name));
  await fill(source, target, found, isNew);
  await target.leave();
  await source.leave();
}

/** Goes down to a directory, which is made where nothing is. @returns whether it was. */
async function enterMade(target: Standpoint, name: Buffer): Promise<boolean> {
  let there: unknown;
  try {
    await mkdir(target.entry(name).at);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    there = error;
  }
  try {
    await target.enter(name);
    return there === undefined;
  } catch (error) {
    throw errnoOf(error) === 'ENOTDIR' ? (there ?? error) : error;
  }
}

async function copyLink(from: Entry, to: Entry): Promise<void> {
  const target = await about(from.path, () => readlink(from.at, { encoding: 'buffer' }));
  await about(to.path, async () => {
    await symlink(target, to.at).catch(async (error: unknown) => {
      if (errnoOf(error) !== 'EEXIST' || !(await isSame(from.at, to.at))) throw error;
    });
  });
}

/** Both ends are opened without waiting, and looked at once they are: under their names somebody may put a pipe meanwhile. */
async function copyContent(from: Entry, to: Entry, options: LinkOptions): Promise<void> {
  const { handle: source, found } = await openToRead(from.path, { followSymlinks: false, at: from.at });
  try {
    const mode = found.mode & PERMISSIONS;
    const { handle: target } = await openToFill(to.path, mode, { ...options, at: to.at });
    try {
      await about(to.path, () => copyBetween([source, from.at], [target, to.at]));
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
  if (isWithin(source, target)) throw intoItself(from, to);
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

function intoItself(from: NativePath, to: NativePath): ExecError {
  return refused(from, `cannot be copied into itself, at ${shownPath(to)}`);
}

function refused(path: NativePath, why: string): ExecError {
  return new ExecError('invalidFileRequest', `${shownPath(path)} ${why}`);
}
