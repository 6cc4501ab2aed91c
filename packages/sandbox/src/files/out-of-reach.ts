import { lstatSync, readFileSync } from 'node:fs';
import { bytesOfText } from './byte-text.js';
import { ancestorsOf } from './paths.js';

/**
 * Whether a directory above a path keeps this user out that only somebody else could open again. Root is kept out where it has the
 * rights of root over its own files alone, which is so in a user namespace.
 * @param path Canonical, as `textOfBytes` has it.
 */
export function isOutOfReach(path: string): boolean {
  return !isRootOfMachine() && [...ancestorsOf(path)].reverse().some(isShutByOthers);
}

function isRootOfMachine(): boolean {
  return process.geteuid?.() === 0 && ALL_USERS.test(readFileSync('/proc/self/uid_map', 'latin1'));
}

/** Where every user is known by their own number. */
const ALL_USERS = /^\s*0\s+0\s+4294967295\s*$/;

function isShutByOthers(directory: string): boolean {
  try {
    const { uid, gid, mode } = lstatSync(bytesOfText(directory));
    return uid !== process.getuid?.() && (mode & (gid === process.getgid?.() ? BY_GROUP : BY_ALL)) === 0;
  } catch {
    // It is below one that this user has closed himself, or has gone.
    return false;
  }
}

/** What somebody needs to find anything in a directory. */
const BY_ALL = 0o001;
const BY_GROUP = 0o010;
