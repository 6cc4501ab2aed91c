import type { Stats } from 'node:fs';
import { directStat } from '../files/direct-path.js';
import { isSettled } from '../files/directory-stamp.js';
import { lacksDescriptors } from '../files/error-code.js';
import { parentOf } from '../files/paths.js';

/** What stands at a path, without following any link; undefined where nothing is, or nobody can tell. @throws Error of the system where descriptors are lacking. */
export function statOf(path: string): Stats | undefined {
  try {
    return directStat(path);
  } catch (error) {
    if (lacksDescriptors(error)) throw error;
    return undefined;
  }
}

/** Whether something is there that was made, changed or renamed since. @param since Milliseconds since 1970. */
export function hasChanged(path: string, since: number): boolean {
  return isSince(statOf(path)?.ctimeMs ?? 0, since);
}

interface Place {
  readonly isChanged: boolean;
  readonly isPlaced: boolean;
}

/**
 * Says whether something was made at its path since, or has come there by a rename, be it of a directory above: either changes what is renamed and what holds it, and
 * no program can set that time back. A link is followed neither at the path nor on its way.
 * @param canMove Whether that may be at all, false for the root; above a directory of which it is false nothing counts.
 */
export function placedSince(since: number, canMove: (path: string) => boolean): (path: string) => boolean {
  const known = new Map<string, Place>();
  return (path) => {
    const below: string[] = [];
    let top = path;
    for (; !known.has(top) && canMove(top); top = parentOf(top)) below.push(top);
    let place = known.get(top) ?? { isChanged: hasChanged(top, since), isPlaced: false };
    known.set(top, place);
    // From above each directory is opened in the one before, and nothing is where that has gone or is a link.
    for (const at of below.reverse()) {
      const found = statOf(at);
      if (found === undefined) break;
      const isChanged = isSince(found.ctimeMs, since);
      place = { isChanged, isPlaced: place.isPlaced || (place.isChanged && isChanged) };
      known.set(at, place);
    }
    return place.isPlaced;
  };
}

/**
 * Whether something that bears a time may have changed since; both are milliseconds since 1970. A time of whole seconds is that of a file
 * system which knows no others, and stands for any within the grain of such times.
 */
export function isSince(changedMs: number, since: number): boolean {
  return changedMs >= since || (changedMs % SECOND_MS === 0 && !isSettled({ changedMs }, since));
}

const SECOND_MS = 1_000;
