import { lstatSync, readdirSync, type Stats } from 'node:fs';

/**
 * Parts of /proc that stand for the machine and not for a process, as far as their owner could write in them. To an
 * ordinary user they are closed anyway; root owns them even without any capability.
 */
export function ownedProcTrees(uid: number): readonly string[] {
  if (uid !== 0) return [];
  known ??= namesIn('/proc')
    .filter((name) => !/^\d+$/.test(name))
    .map((name) => `/proc/${name}`)
    .filter(isWritableTree)
    .sort();
  return known;
}

// What the kernel was built with does not change.
let known: readonly string[] | undefined;

const OWNER_MAY_WRITE = 0o200;

/** Stops at the first file that could be written. */
function isWritableTree(path: string): boolean {
  const found = look(path);
  if (found?.isDirectory() === true) return namesIn(path).some((name) => isWritableTree(`${path}/${name}`));
  return found?.isFile() === true && (found.mode & OWNER_MAY_WRITE) !== 0;
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
