import { lstatSync, readdirSync } from 'node:fs';

/**
 * Parts of /proc that stand for the machine and not for a process, as far as their owner could write in them. To an
 * ordinary user they are closed anyway; root owns them even without any capability.
 */
export function ownedProcTrees(uid: number): readonly string[] {
  if (uid !== 0) return [];
  const names = readdirSync('/proc').filter((name) => !/^\d+$/.test(name));
  return names
    .map((name) => `/proc/${name}`)
    .filter(isWritableTree)
    .sort();
}

function isWritableTree(path: string): boolean {
  try {
    const found = lstatSync(path);
    return found.isDirectory() || (found.isFile() && (found.mode & 0o222) !== 0);
  } catch {
    return false;
  }
}
