import type { FileFacts } from '../files/file-facts.js';
import { lookUnlessKeptOut } from '../files/look-unless-kept-out.js';
import { ownDoor } from '../files/own-door.js';
import type { OwnUser } from '../files/own-user.js';
import { childOf, depthOf, isWithin, isWithinAny, parentOf } from '../files/paths.js';
import type { ResolvedPath } from '../files/resolve-path.js';
import { MAX_KEPT_MOUNTS, MAX_PINNED_DEPTH } from '../limits.js';
import { byPathName, indexRules } from '../policy/access.js';
import type { PathRule } from '../policy/path-rule.js';
import { DEFAULTS } from '../policy/rule-origin.js';
import { placesOfOthers } from './kinds-of-mounts.js';
import { mountPlacesOf } from './mount-places.js';
import { type Mount, visibleMounts } from './mount-table.js';

/** What must keep its name. */
export interface MovablePlaces {
  readonly kept: readonly string[];
  /** How much of that does not, since there are more than `MAX_KEPT_MOUNTS`, or it lies too deep. */
  readonly left: number;
  /** Directories that this user has shut, which nobody can look into now and any command can open: they stay as they are. */
  readonly shut: readonly PathRule[];
}

/**
 * Where this machine has something mounted that a command could move along with a directory above it, out of the way of all who
 * start a sandbox: bubblewrap closes mounts by their paths. Who may write everywhere can get in that way as he likes. No other user is
 * asked: one who answers in a directory that may be written can move what is there as he likes, too.
 * @param rules What the command may do. @param mounts Of this machine. @param files As they were when the rules were made, and in what
 *   may be written looked through by then: whoever answers for it has done so.
 */
export function movablePlaces(
  rules: readonly PathRule[],
  mounts: readonly Mount[],
  { uid }: Pick<OwnUser, 'uid'>,
  files: Pick<FileFacts, 'look' | 'mayCreateIn'>,
): MovablePlaces {
  const index = indexRules(rules);
  const ofOthers = placesOfOthers(mounts, uid);
  const shut = new Map<string, PathRule>();
  const isMovable = (path: string): boolean => {
    const directory = parentOf(path);
    const root = index.governing(directory);
    if (root?.access !== 'write' || root.path === '/' || root.path === directory) return false;
    // Of what the root itself is on, its own look was answered.
    const unasked = new Set(ofOthers.filter((place) => !isWithin(root.path, place)));
    if (isWithinAny(directory, unasked)) return false;
    const seen = lookUnlessKeptOut(directory, files);
    if (seen === 'missing') return false;
    if (seen !== 'keptOut') return seen.kind === 'directory';
    const door = ownDoor(directory, files);
    if (door !== undefined) shut.set(door.path, ruleForShut(door));
    return false;
  };
  const isShallow = (path: string): boolean =>
    depthOf(path) - depthOf(index.governing(parentOf(path))?.path ?? '/') <= MAX_PINNED_DEPTH;
  const movable = [...new Set(placesOf(mounts))].filter(isMovable);
  const kept = movable.filter(isShallow).slice(0, MAX_KEPT_MOUNTS);
  return { kept, left: movable.length - kept.length, shut: [...shut.values()] };
}

/** Rules with those for what stays shut, whatever else is said of the same directories. */
export function withShut(rules: readonly PathRule[], { shut }: MovablePlaces): readonly PathRule[] {
  const paths = new Set(shut.map(({ path }) => path));
  return [...rules.filter(({ path }) => !paths.has(path)), ...shut].sort(byPathName);
}

/** Where something is mounted, and where else the directory is shown upon which it is. */
function placesOf(mounts: readonly Mount[]): readonly string[] {
  const places = mountPlacesOf(mounts);
  const paths = [...visibleMounts(mounts).keys()].filter((path) => path !== '/');
  if (!places.hasAliases) return paths;
  const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  const elsewhere = (path: string): readonly string[] =>
    [...places.aliasesOf(parentOf(path))].map((alias) => childOf(alias.path, nameOf(path)));
  return paths.flatMap((path) => [path, ...elsewhere(path)]);
}

function ruleForShut({ path, identity, isShared }: ResolvedPath): PathRule {
  return { path, access: 'read', kind: 'directory', identity, origin: DEFAULTS.kernelTrees, isShared };
}
