import { lstatSync, type Stats } from 'node:fs';

/** What stands at a path, without following it; undefined where nothing is, or nobody can tell. */
export function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Whether something is there that was made, changed or renamed since. @param since Milliseconds since 1970. */
export function hasChanged(path: string, since: number): boolean {
  return (statOf(path)?.ctimeMs ?? 0) >= since;
}
