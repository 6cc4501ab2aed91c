import type { FileFacts } from '../files/file-facts.js';
import { exchangingHands } from '../files/hands.js';
import { kernelTreeOf } from '../files/kernel-trees.js';
import type { OwnUser } from '../files/own-user.js';
import { ancestorsOf, parentOf } from '../files/paths.js';
import { isReadOnly, mountsIn } from '../launch/mount-table.js';

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
  const closable = mountsIn(table).filter(
    (mount) => mount.path !== '/' && kernelTreeOf(mount.path) === undefined && !isReadOnly(mount),
  );
  const paths = closable.filter(({ fileSystem }) => !isOfOneOther(fileSystem, own)).map(({ path }) => path);
  return [...new Set(paths)].filter((path) => canBeShut(path, own, files));
}

/** One in user space serves whoever mounted it, and nobody else. */
function isOfOneOther(fileSystem: string, { uid }: OwnUser): boolean {
  const owner = /^fuse\S* .*\buser_id=(\d+)/.exec(fileSystem)?.[1];
  return owner !== undefined && Number(owner) !== uid && !/\ballow_other\b/.test(fileSystem);
}

function canBeShut(path: string, own: OwnUser, files: Pick<FileFacts, 'look'>): boolean {
  for (const entry of [path, ...ancestorsOf(path)].reverse().slice(1)) {
    try {
      const [holder, held] = [files.look(parentOf(entry)), files.look(entry)];
      if (holder === undefined || held === undefined || exchangingHands(holder, held, own).length > 0)
        return true;
      // A command of the same user can do it, too.
      if (holder.uid === own.uid && holder.gid !== own.gid) return true;
    } catch {
      // This user does not get there either.
      return false;
    }
  }
  return false;
}
