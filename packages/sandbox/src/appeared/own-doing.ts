import { directDirectory, directPath } from '../files/direct-path.js';
import type { FileFact, FileFacts } from '../files/file-facts.js';
import { isSticky } from '../files/hands.js';
import { parentOf } from '../files/paths.js';

/** What a path is asked of. */
type Looks = Pick<FileFacts, 'look' | 'mayCreateIn' | 'isOwn' | 'isUnwritable'>;

/** The same files, looked at without following a link. */
export function withoutLinks(files: Looks): Looks {
  const look = (path: string): FileFact | undefined => files.look(directPath(path));
  return {
    ...files,
    look,
    mayCreateIn: (directory) => {
      const answer = files.mayCreateIn(directDirectory(directory));
      if (answer !== 'afterChmod') return answer;
      // The name of a descriptor is this user's, whatever it leads to.
      const found = look(directory);
      return found !== undefined && isOwn(found, files) ? answer : 'never';
    },
  };
}

/**
 * Says whether a command of this user may have made what stands at a path in or below a root that it could write: made it, put it or a directory above it there,
 * or put something into it. Somebody else's it can rename, wherever it may make files and no sticky bit keeps them, and fill, where that may be written.
 * What somebody else has in a directory of their own, or in one such as `/tmp`, is none of its doing.
 * @param files As they are now. The answer throws what a look throws.
 */
export function ownDoings(root: string, files: Looks): (path: string) => boolean {
  /** By directory, whether it, or one above it, may have been brought to where it is. */
  const brought = new Map<string, boolean>();
  const isFillable = (path: string, found: FileFact): boolean =>
    found.kind === 'directory' && files.isUnwritable?.(found) !== true && files.mayCreateIn(path) !== 'never';
  const isPlaceable = (path: string, found: FileFact): boolean => {
    const directory = parentOf(path);
    const holder = files.look(directory);
    if (holder === undefined || !isFillable(directory, holder)) return false;
    const isKeptInIt = isSticky(holder) && !isOwn(holder, files);
    // Into it everything can be moved but a directory that may not be written.
    return !isKeptInIt || found.kind !== 'directory' || isFillable(path, found);
  };
  const isBrought = (path: string): boolean => {
    if (path === root) return false;
    const known = brought.get(path);
    if (known !== undefined) return known;
    const found = files.look(path);
    const answer = found !== undefined && (isPlaceable(path, found) || isBrought(parentOf(path)));
    brought.set(path, answer);
    return answer;
  };
  return (path) => {
    const found = files.look(path);
    return found !== undefined && (isOwn(found, files) || isFillable(path, found) || isBrought(path));
  };
}

function isOwn(found: FileFact, files: Looks): boolean {
  return files.isOwn?.(found) !== false;
}
