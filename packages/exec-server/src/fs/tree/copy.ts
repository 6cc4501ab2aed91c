import type { Stats } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readlink, realpath, symlink, unlink } from 'node:fs/promises';
import { ExecError } from '@holdfast/exec-protocol';
import { NEVER_ABORTED } from '@holdfast/sandbox/internal';
import { about, errnoOf } from '../file-error.js';
import { isWithin, joinPath, type NativePath, nameOf, parentOf, shownPath } from '../native-path.js';
import { type LinkOptions, openToFill, openToRead } from '../open-file.js';
import { type CopyEnd, type CopySource, copyContent } from './copy-content.js';
import { type Entry, Standpoint } from './standpoint.js';

/**
 * Copies a file, a link as a link, or with `recursive` a directory with what it has of these. Files that exist are
 * overwritten, directories that exist are filled, nothing is replaced by a link; a file that is copied onto itself stays
 * as it is. Links may lead to the directory of `from`, to the one of `to` and to what `to` is; none below is followed, also
 * where others put them there meanwhile.
 * @param over Fires when nobody wants the copy any more: it ends where it is, and a file of which there is a part is removed.
 */
export async function copy(
  from: NativePath,
  to: NativePath,
  recursive: boolean,
  over: AbortSignal = NEVER_ABORTED,
): Promise<void> {
  over.throwIfAborted();
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
      await copyWhole(source, found, to, over);
    } else {
      await copyAlone(entry, found, to, over);
    }
  } finally {
    await source.close();
  }
}

function isCopyable(source: Stats): boolean {
  return source.isDirectory() || source.isSymbolicLink() || source.isFile();
}

async function copyAlone(from: Entry, found: Stats, to: NativePath, over: AbortSignal): Promise<void> {
  const { parent, name } = await about(to, () => Standpoint.above(to));
  try {
    await copyEntry(from, found, parent.entry(name), { followSymlinks: true, over });
  } finally {
    await parent.close();
  }
}

interface CopyOptions extends LinkOptions {
  readonly over: AbortSignal;
}

/** Copies what is no directory. */
async function copyEntry(from: Entry, found: Stats, to: Entry, options: CopyOptions): Promise<void> {
  if (found.isSymbolicLink()) await copyLink(from, to);
  else if (found.isFile()) await copyRegular(from, to, options);
}

/** Two directories, of which one is copied to the other. */
interface Trees {
  readonly source: Standpoint;
  readonly target: Standpoint;
  readonly over: AbortSignal;
}

/** @param source Stands in the directory. */
async function copyWhole(source: Standpoint, found: Stats, to: NativePath, over: AbortSignal): Promise<void> {
  const isNew = await about(to, async () => (await mkdir(to, { recursive: true })) !== undefined);
  const target = await about(to, () => Standpoint.in(to, { followSymlinks: !isNew }));
  try {
    await fill({ source, target, over }, found, isNew);
  } finally {
    await target.close();
  }
}

/** Both stand in their directories. */
async function fill(trees: Trees, found: Stats, isNew: boolean): Promise<void> {
  const { source, target } = trees;
  const { path, at } = target.itself;
  const mode = found.mode & PERMISSIONS;
  // Its owner has to fill it, even where it will be read-only; for everybody else it is at once what it will be.
  if (isNew) await about(path, () => chmod(at, mode | OWNER));
  const names = await about(source.itself.path, () => readdir(source.itself.at, { encoding: 'buffer' }));
  for (const name of names) await copyInto(trees, name);
  if (isNew && (mode & OWNER) !== OWNER) await about(path, () => chmod(target.itself.at, mode));
}

async function copyInto(trees: Trees, name: Buffer): Promise<void> {
  const { source, target, over } = trees;
  over.throwIfAborted();
  const [from, to] = [source.entry(name), target.entry(name)];
  const found = await lstat(from.at).catch(() => undefined);
  // What went away meanwhile is not there to be copied.
  if (found === undefined) return;
  if (!found.isDirectory()) {
    await copyEntry(from, found, to, { followSymlinks: false, over });
    return;
  }
  await about(from.path, () => source.enter(name));
  // Somebody may have put it there meanwhile, and the copy would never end.
  if (target.hasPassed(source.identity)) throw intoItself(from.path, to.path);
  const isNew = await about(to.path, () => enterMade(target, name));
  await fill(trees, found, isNew);
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
async function copyRegular(from: Entry, to: Entry, { over, ...options }: CopyOptions): Promise<void> {
  const { handle: source, found } = await openToRead(from.path, { followSymlinks: false, at: from.at });
  try {
    const mode = found.mode & PERMISSIONS;
    const { handle } = await openToFill(to.path, mode, { ...options, at: to.at });
    const target = { handle, at: to.at };
    try {
      await about(to.path, () => copyOrRemove({ handle: source, found, at: from.at }, target, over));
    } finally {
      await handle.close();
    }
  } finally {
    await source.close();
  }
}

async function copyOrRemove(source: CopySource, target: CopyEnd, over: AbortSignal): Promise<void> {
  try {
    await copyContent(source, target, over);
  } catch (error) {
    // Half a copy is none.
    if (await isNamed(target)) await unlink(target.at).catch(() => undefined);
    throw error;
  }
}

async function isNamed({ handle, at }: CopyEnd): Promise<boolean> {
  const [own, named] = await Promise.all([handle.stat(), lstat(at).catch(() => undefined)]);
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
