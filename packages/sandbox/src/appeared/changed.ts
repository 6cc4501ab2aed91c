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

/**
 * Whether something was made at its path since, or has come there by a rename: either changes it and what holds it, and no program can set that time back. A link is followed
 * neither at the path nor on its way.
 */
export function wasPlaced(path: string, since: number): boolean {
  return hasChanged(path, since) && hasChanged(parentOf(path), since);
}

/**
 * Whether something that bears a time may have changed since; both are milliseconds since 1970. A time of whole seconds is that of a file
 * system which knows no others, and stands for any within the grain of such times.
 */
export function isSince(changedMs: number, since: number): boolean {
  return changedMs >= since || (changedMs % SECOND_MS === 0 && !isSettled({ changedMs }, since));
}

const SECOND_MS = 1_000;
