import type { FileFacts } from './file-facts.js';
import { mayEnter, seenAt } from './may-enter.js';
import { parentOf } from './paths.js';
import { identityOf, type ResolvedPath } from './resolve-path.js';
import { isSharedByAll } from './shared-by-all.js';

/** What a path is asked of. */
type Files = Pick<FileFacts, 'look' | 'mayCreateIn'>;

/**
 * The directory of this user that keeps it from looking at a path: whatever it starts could open that one, and bubblewrap passes it. Undefined
 * where somebody else has shut what keeps it out, so that no command of this user gets there either.
 * @param path One at which a look fails.
 */
export function ownDoor(path: string, files: Files): ResolvedPath | undefined {
  const door = doorTo(path, files);
  return door === undefined || files.mayCreateIn(door.path) === 'never' ? undefined : door;
}

/** The directory that keeps this user from looking at a path, whoever has shut it; undefined where it is none. */
export function doorTo(path: string, files: Pick<FileFacts, 'look'>): ResolvedPath | undefined {
  const directory = parentOf(path);
  const seen = seenAt(directory, files);
  if (seen === 'keptOut') return directory === '/' ? undefined : doorTo(directory, files);
  if (seen?.kind !== 'directory' || mayEnter(directory, files)) return undefined;
  return {
    path: directory,
    kind: 'directory',
    identity: identityOf(seen),
    missingFrom: undefined,
    isShared: isSharedByAll(directory, seen),
    links: [],
  };
}
