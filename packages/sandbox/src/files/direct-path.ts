import { closeSync, constants, lstatSync, openSync, type Stats } from 'node:fs';
import { MAX_HELD_WAYS } from '../limits.js';
import { O_PATH, pathOfDescriptor } from './descriptors.js';
import { errorCode } from './error-code.js';
import { childOf, MAX_PATH_BYTES, parentOf } from './paths.js';

/**
 * Another path to what a canonical one names, on which no link is followed, however fast somebody puts one there: a command may
 * exchange a directory for a link to a mount that never answers, and whoever looks by the name waits for that, with a thread. Every
 * directory on the way is opened by its name in the one before.
 * @returns one that is good until the next question; what stands at its end is not looked at, and not followed either if it is asked by `lstat`
 *   or opened with `O_NOFOLLOW`.
 * @throws Error of the system: ELOOP for a link on the way, ENOTDIR for what is no directory either, ENOENT, EACCES, EMFILE and the like.
 */
export function directPath(path: string): string {
  if (path === '/' || !HAS_DESCRIPTORS) return path;
  if (Buffer.byteLength(path) >= MAX_PATH_BYTES) throw systemError('ENAMETOOLONG', path);
  return entryBy(wayInto(parentOf(path)), path);
}

/** The same, into a directory, which is no link itself: its entries are reached by it. */
export function directDirectory(path: string): string {
  directPath(path);
  return HAS_DESCRIPTORS ? wayInto(path) : path;
}

/** Such a directory, for whoever takes longer. @returns a descriptor, for the caller to close. @throws as `directPath`. */
export function openDirectory(path: string): number {
  return openEntry(directPath(path), path);
}

/** What stands at a path; undefined where nothing does, or a link is on the way. @throws as `directPath`, for everything else. */
export function directStat(path: string): Stats | undefined {
  try {
    return lstatSync(directPath(path), { throwIfNoEntry: false });
  } catch (error) {
    if (NOT_THERE.has(errorCode(error))) return undefined;
    throw error;
  }
}

/** Whether a link has taken the place of a directory on the way to a path. */
export function isBehindLink(path: string): boolean {
  try {
    directPath(path);
    return false;
  } catch (error) {
    return errorCode(error) === 'ELOOP';
  }
}

/** What is held any longer would be another directory than the name stands for by then: every look begins with this. */
export function letGoOfWays(): void {
  for (const fd of held.values()) closeSync(fd);
  held.clear();
}

const NOT_THERE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

/** Elsewhere nothing is confined. */
const HAS_DESCRIPTORS = process.platform === 'linux';

/** Directories that were opened in this turn of the event loop, the one that was used last at the end. */
const held = new Map<string, number>();

function wayInto(directory: string): string {
  if (directory === '/') return '/';
  const fd = held.get(directory) ?? openEntry(entryBy(wayInto(parentOf(directory)), directory), directory);
  keep(directory, fd);
  return pathOfDescriptor(fd);
}

function entryBy(way: string, path: string): string {
  return childOf(way, path.slice(path.lastIndexOf('/') + 1));
}

function openEntry(entry: string, path: string): number {
  try {
    return openSync(entry, O_PATH | constants.O_NOFOLLOW | constants.O_DIRECTORY);
  } catch (error) {
    if (errorCode(error) !== 'ENOTDIR') throw error;
    const isLink = lstatSync(entry, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    throw systemError(isLink ? 'ELOOP' : 'ENOTDIR', path, error);
  }
}

function systemError(code: string, path: string, cause?: unknown): Error {
  return Object.assign(new Error(`${code}: ${path}`, { cause }), { code });
}

function keep(directory: string, fd: number): void {
  if (held.size === 0) setImmediate(letGoOfWays);
  held.delete(directory);
  held.set(directory, fd);
  for (const [oldest, opened] of held) {
    if (held.size <= MAX_HELD_WAYS) return;
    held.delete(oldest);
    closeSync(opened);
  }
}
