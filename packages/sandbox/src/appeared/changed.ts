import type { Stats } from 'node:fs';
import { directStat } from '../files/direct-path.js';
import { lacksDescriptors } from '../files/error-code.js';

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
  return (statOf(path)?.ctimeMs ?? 0) >= since;
}
