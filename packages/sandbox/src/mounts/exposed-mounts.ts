import type { FileFacts } from '../files/file-facts.js';
import { isSticky, mayOthersWrite, owningHands } from '../files/hands.js';
import { kernelTreeOf } from '../files/kernel-trees.js';
import { lookUnlessKeptOut } from '../files/look-unless-kept-out.js';
import { ownDoor } from '../files/own-door.js';
import type { OwnUser } from '../files/own-user.js';
import { ancestorsOf, isWithinAny, parentOf } from '../files/paths.js';
import { isTrigger, remotePlaces } from './kinds-of-mounts.js';
import { isClosed, type Mount, visibleMounts } from './mount-table.js';

/**
 * Where this machine has something mounted that bubblewrap might not close: it goes by paths, and leaves a mount as it is where it cannot
 * get there, below a directory that somebody can shut and open again, and what is covered. It gets wherever this user and their own
 * group own all.
 * @param mounts Of this machine. @param files As they are now.
 */
export function exposedMounts(
  mounts: readonly Mount[],
  own: OwnUser,
  files: Pick<FileFacts, 'look' | 'mayCreateIn'>,
): readonly string[] {
  const remote = remotePlaces(mounts);
  const visible = visibleMounts(mounts);
  const open = mounts.filter(
    (mount) => mount.path !== '/' && kernelTreeOf(mount.path) === undefined && !isClosed(mount),
  );
  const isCovered = (mount: Mount): boolean => visible.get(mount.path) !== mount && !isTrigger(mount);
  // What is on a file system that may not answer is not looked at: who keeps it can change what it says anyway.
  const isExposed = (mount: Mount): boolean =>
    isCovered(mount) ||
    isWithinAny(parentOf(mount.path), remote) ||
    canBeShut(parentOf(mount.path), own, files);
  return [...new Set(open.filter(isExposed).map(({ path }) => path))];
}

/** Whether a directory, or one above it, may be kept from bubblewrap for a while. */
function canBeShut(directory: string, own: OwnUser, files: Pick<FileFacts, 'look' | 'mayCreateIn'>): boolean {
  for (const path of [directory, ...ancestorsOf(directory)].reverse()) {
    const seen = lookUnlessKeptOut(path, files);
    // Where somebody else keeps this user out, no command gets there either; its own doors they open, and bubblewrap passes them.
    if (seen === 'keptOut') return ownDoor(path, files) !== undefined;
    if (seen === 'missing' || owningHands(seen, own).length > 0) return true;
    if (!isSticky(seen) && mayOthersWrite(seen)) return true;
    // A command of the same user can do it, too.
    if (seen.uid === own.uid && seen.gid !== own.gid) return true;
  }
  return false;
}
