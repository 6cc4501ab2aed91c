import type { FileFacts } from '../files/file-facts.js';
import { isSharedByAll } from '../files/hands.js';
import type { ResolvedPath } from '../files/resolve-path.js';

/**
 * A directory that this user may not enter now, where whatever it starts could open it: a command must not keep others from starting
 * by shutting one. Undefined where somebody else has shut it.
 */
export function ownShut(path: string, files: FileFacts): ResolvedPath | undefined {
  const seen = files.look(path);
  if (seen?.kind !== 'directory' || files.mayCreateIn(path) === 'never') return undefined;
  const identity = { device: seen.device, inode: seen.inode };
  return {
    path,
    kind: 'directory',
    identity,
    missingFrom: undefined,
    isShared: isSharedByAll(seen),
    links: [],
  };
}
