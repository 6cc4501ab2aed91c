import type { FileFacts } from '../files/file-facts.js';
import { isSticky, owningHands, writingHands } from '../files/hands.js';
import { kernelTreeOf } from '../files/kernel-trees.js';
import type { OwnUser } from '../files/own-user.js';
import { ancestorsOf, isWithinAny, parentOf } from '../files/paths.js';
import { isReadOnly, type Mount, mountsIn } from '../launch/mount-table.js';

/**
 * Where this machine has something mounted below a directory that somebody can shut and open again. bubblewrap makes a mount
 * read-only by its path, and leaves it as it is where it cannot get there. It gets wherever this user and their own group own all.
 * @param table As in `/proc/PID/mountinfo`. @param files As they are now.
 */
export function exposedMounts(
  table: string,
  own: OwnUser,
  files: Pick<FileFacts, 'look'>,
): readonly string[] {
  const mounts = mountsIn(table);
  const remote = new Set(mounts.filter(isRemote).map(({ path }) => path));
  const closable = mounts.filter(
    (mount) => mount.path !== '/' && kernelTreeOf(mount.path) === undefined && !isReadOnly(mount),
  );
  const paths = closable.filter(({ fileSystem }) => !isOfOneOther(fileSystem, own)).map(({ path }) => path);
  // What is on a file system that may not answer is not looked at: who keeps it can change what it says anyway.
  return [...new Set(paths)].filter(
    (path) => isWithinAny(parentOf(path), remote) || canBeShut(parentOf(path), own, files),
  );
}

/** One in user space serves whoever mounted it, and nobody else. */
function isOfOneOther(fileSystem: string, { uid }: OwnUser): boolean {
  const owner = /^fuse\S* .*\buser_id=(\d+)/.exec(fileSystem)?.[1];
  return owner !== undefined && Number(owner) !== uid && !/\ballow_other\b/.test(fileSystem);
}

/** Whether somebody else than the kernel of this machine answers for it. */
function isRemote({ fileSystem }: Mount): boolean {
  return /^(?:fuse|nfs|cifs|smb|9p|ceph|afs|autofs|lustre|glusterfs|virtiofs|vboxsf)/.test(fileSystem);
}

/** Whether a directory, or one above it, may be kept from bubblewrap for a while. */
function canBeShut(directory: string, own: OwnUser, files: Pick<FileFacts, 'look'>): boolean {
  for (const path of [directory, ...ancestorsOf(directory)].reverse()) {
    try {
      const seen = files.look(path);
      if (seen === undefined || owningHands(seen, own).length > 0) return true;
      if (!isSticky(seen) && writingHands(seen, own).length > 0) return true;
      // A command of the same user can do it, too.
      if (seen.uid === own.uid && seen.gid !== own.gid) return true;
    } catch {
      // This user does not get there either.
      return false;
    }
  }
  return false;
}
