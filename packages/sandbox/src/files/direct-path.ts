import { closeSync, constants, lstatSync, openSync, readlinkSync, type Stats } from 'node:fs';
import { HELD_WAYS_MS, MAX_HELD_WAYS } from '../limits.js';
import { O_PATH, pathOfDescriptor } from './descriptors.js';
import { errorCode, systemError } from './error-code.js';
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
  if (Buffer.byteLength(path) >= MAX_PATH_BYTES) throw systemError('ENAMETOOLONG', `ENAMETOOLONG: ${path}`);
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

/** Every look begins with this: it goes by nothing that an earlier one has opened. */
export function letGoOfWays(): void {
  for (const { fd } of held.values()) closeSync(fd);
  held.clear();
}

const NOT_THERE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

/** Elsewhere nothing is confined. */
const HAS_DESCRIPTORS = process.platform === 'linux';

interface HeldWay {
  readonly fd: number;
  /** The turn of the event loop in which it stood at its name. */
  turn: number;
}

/** Directories that were opened, the one that was used last at the end. */
const held = new Map<string, HeldWay>();
let currentTurn = 0;
let nextTurn: NodeJS.Immediate | undefined;
let isUsed = false;
let unused: NodeJS.Timeout | undefined;

function wayInto(directory: string): string {
  if (directory === '/') return '/';
  const way = stillHeld(directory) ?? {
    fd: openEntry(entryBy(wayInto(parentOf(directory)), directory), directory),
    turn: currentTurn,
  };
  keep(directory, way);
  return pathOfDescriptor(way.fd);
}

/** One that was opened in an earlier turn may have been moved since, and is held only as long as the kernel says the same name of it. */
function stillHeld(directory: string): HeldWay | undefined {
  const way = held.get(directory);
  if (way === undefined || way.turn === currentTurn) return way;
  way.turn = currentTurn;
  if (nameOf(way.fd) === directory) return way;
  held.delete(directory);
  closeSync(way.fd);
  return undefined;
}

function nameOf(fd: number): string | undefined {
  try {
    return readlinkSync(pathOfDescriptor(fd));
  } catch {
    // The kernel gives no longer names than these.
    return undefined;
  }
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
    const code = isLink ? 'ELOOP' : 'ENOTDIR';
    throw systemError(code, `${code}: ${path}`, { cause: error });
  }
}

function keep(directory: string, way: HeldWay): void {
  isUsed = true;
  unused ??= setTimeout(letGoUnused, HELD_WAYS_MS).unref();
  nextTurn ??= setImmediate(countTurn);
  held.delete(directory);
  held.set(directory, way);
  for (const [oldest, { fd }] of held) {
    if (held.size <= MAX_HELD_WAYS) return;
    held.delete(oldest);
    closeSync(fd);
  }
}

function countTurn(): void {
  nextTurn = undefined;
  currentTurn += 1;
}

/** What is held keeps a file system from being unmounted. */
function letGoUnused(): void {
  unused = isUsed ? setTimeout(letGoUnused, HELD_WAYS_MS).unref() : undefined;
  if (!isUsed) letGoOfWays();
  isUsed = false;
}
