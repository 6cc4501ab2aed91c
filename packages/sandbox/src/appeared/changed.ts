import { closeSync, type Stats, statfsSync } from 'node:fs';
import { pathOfDescriptor } from '../files/descriptors.js';
import { directStat, openDirectory } from '../files/direct-path.js';
import { isSettled } from '../files/directory-stamp.js';
import { lacksDescriptors } from '../files/error-code.js';
import { ancestorsOf } from '../files/paths.js';

/**
 * What stands at a path, without following any link; undefined where nothing is, or a link is on the way, and `keptOut` where nobody can tell.
 * @throws Error of the system where descriptors are lacking.
 */
export function statOf(path: string): Stats | 'keptOut' | undefined {
  try {
    return directStat(path);
  } catch (error) {
    if (lacksDescriptors(error)) throw error;
    return 'keptOut';
  }
}

/** The same, undefined where nobody can tell. */
export function seenStatOf(path: string): Stats | undefined {
  const found = statOf(path);
  return found === 'keptOut' ? undefined : found;
}

/** Whether something is there that was made, changed or renamed since, or nobody can tell. @param since Milliseconds since 1970. */
export function hasChanged(path: string, since: number): boolean {
  const found = statOf(path);
  return found === 'keptOut' || isSince(found?.ctimeMs ?? 0, since);
}

interface Place {
  readonly isChanged: boolean;
  readonly isPlaced: boolean;
}

/**
 * Says whether something was made at its path since, or has come there by a rename, be it of a directory above: either changes what is renamed and what holds it, and
 * no program can set that time back. It may have where nobody can tell. A link is followed neither at the path nor on its way.
 * @param canMove Whether that may be at all; what is above a directory of which it is false does not count.
 */
export function placedSince(since: number, canMove: (path: string) => boolean): (path: string) => boolean {
  const known = new Map<string, Place>();
  const placeIn = (holder: Place | undefined, path: string): Place | undefined => {
    const found = statOf(path);
    if (found === undefined) return undefined;
    if (found === 'keptOut') return { isChanged: true, isPlaced: canMove(path) };
    const isChanged = isSince(found.ctimeMs, since);
    const isPlaced = holder !== undefined && (holder.isPlaced || (holder.isChanged && isChanged));
    return { isChanged, isPlaced: isPlaced && canMove(path) };
  };
  return (path) => {
    const unknown: string[] = [];
    let holder: Place | undefined;
    for (const at of [path, ...ancestorsOf(path)]) {
      holder = known.get(at);
      if (holder !== undefined) break;
      unknown.push(at);
    }
    // From above each directory is opened in the one before, and nothing is behind a link, or where nothing is.
    for (const at of unknown.reverse()) {
      const place = placeIn(holder, at);
      if (place === undefined) break;
      known.set(at, place);
      holder = place;
    }
    return holder?.isPlaced === true;
  };
}

/**
 * Whether something that bears a time may have changed since; both are milliseconds since 1970. A time of whole seconds is that of a file
 * system which knows no others, and stands for any within the grain of such times.
 */
export function isSince(changedMs: number, since: number): boolean {
  return changedMs >= since || (changedMs % SECOND_MS === 0 && !isSettled({ changedMs }, since));
}

/**
 * Whether the file system of a directory keeps files in memory alone: there what a program writes by a mapping (mmap(2)) changes no time of a
 * file that was there. False where nobody can tell.
 */
export function forgetsMappings(directory: string): boolean {
  try {
    const fd = openDirectory(directory);
    try {
      return IN_MEMORY.has(statfsSync(pathOfDescriptor(fd)).type);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (lacksDescriptors(error)) throw error;
    return false;
  }
}

/** As numbered in `linux/magic.h`: tmpfs, ramfs. */
const IN_MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

const SECOND_MS = 1_000;
