import { lstatSync } from 'node:fs';
import { ancestorsOf } from './paths.js';

/**
 * Whether a directory above a path keeps this user out that only somebody else could open again. Root is kept out where it has the
 * rights of root over its own files alone, which is so in a user namespace.
 * @param path Canonical.
 */
export function isOutOfReach(path: string): boolean {
  return [...ancestorsOf(path)].reverse().some(isShutByOthers);
}

function isShutByOthers(directory: string): boolean {
  try {
    const { uid, gid, mode } = lstatSync(directory);
    return uid !== process.getuid?.() && (mode & (gid === process.getgid?.() ? BY_GROUP : BY_ALL)) === 0;
  } catch {
    // It is below one that this user has closed himself, or has gone.
    return false;
  }
}

/** What somebody needs to find anything in a directory. */
const BY_ALL = 0o001;
const BY_GROUP = 0o010;
