import type { FileFacts } from '../files/file-facts.js';
import { childOf, depthOf, isWithinAny, parentOf } from '../files/paths.js';
import { remotePlaces } from '../launch/kinds-of-mounts.js';
import { MountPlaces } from '../launch/mount-places.js';
import { type Mount, visibleMounts } from '../launch/mount-table.js';
import { MAX_KEPT_MOUNTS, MAX_PINNED_DEPTH } from '../limits.js';
import { indexRules } from '../policy/access.js';
import type { PathRule } from '../policy/path-rule.js';

/** What must keep its name, and how much of that does not, since there are more than `MAX_KEPT_MOUNTS`, or it lies too deep. */
export interface MovablePlaces {
  readonly kept: readonly string[];
  readonly left: number;
}

/**
 * Where this machine has something mounted that a command could move along with a directory above it, out of the way of all who
 * start a sandbox: bubblewrap closes mounts by their paths. Who may write everywhere can get in that way as he likes. Nor is that said
 * of what this user cannot get to, and no file system is asked that may not answer.
 * @param rules What the command may do. @param mounts Of this machine. @param files As they were when the rules were made.
 */
export function movablePlaces(
  rules: readonly PathRule[],
  mounts: readonly Mount[],
  files: Pick<FileFacts, 'look'>,
): MovablePlaces {
  const index = indexRules(rules);
  const remote = remotePlaces(mounts);
  const isMovable = (path: string): boolean => {
    const directory = parentOf(path);
    const root = index.governing(directory);
    if (root?.access !== 'write' || root.path === '/' || root.path === directory) return false;
    return !isWithinAny(directory, remote) && isDirectory(directory, files);
  };
  const isShallow = (path: string): boolean =>
    depthOf(path) - depthOf(index.governing(parentOf(path))?.path ?? '/') <= MAX_PINNED_DEPTH;
  const movable = [...new Set(placesOf(mounts))].filter(isMovable);
  const kept = movable.filter(isShallow).slice(0, MAX_KEPT_MOUNTS);
  return { kept, left: movable.length - kept.length };
}

/** Where something is mounted, and where else the directory is shown upon which it is. */
function placesOf(mounts: readonly Mount[]): readonly string[] {
  const places = new MountPlaces(mounts);
  const paths = [...visibleMounts(mounts).keys()].filter((path) => path !== '/');
  if (!places.hasAliases) return paths;
  const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  const elsewhere = (path: string): readonly string[] =>
    places.aliasesOf(parentOf(path)).map((directory) => childOf(directory, nameOf(path)));
  return paths.flatMap((path) => [path, ...elsewhere(path)]);
}

function isDirectory(path: string, files: Pick<FileFacts, 'look'>): boolean {
  try {
    return files.look(path)?.kind === 'directory';
  } catch {
    return false;
  }
}
