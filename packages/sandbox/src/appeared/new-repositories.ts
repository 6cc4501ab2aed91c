import { setImmediate as turn } from 'node:timers/promises';
import { directStat } from '../files/direct-path.js';
import type { FileFacts } from '../files/file-facts.js';
import { childOf, isWithin, isWithinAny, parentOf } from '../files/paths.js';
import type { SearchedRoot } from '../plan-sandbox.js';
import { REPOSITORY_MARKS } from '../repositories/git-directory.js';
import type { ScannedTree } from '../repositories/scan-tree.js';
import type { ChangeLook } from './change-look.js';
import { hasChanged, placedSince, seenStatOf } from './changed.js';
import { ownDoings, withoutLinks } from './own-doing.js';

/** Paths that are looked at between two turns of the event loop. */
const PATHS_AT_ONCE = 256;

interface RepositoryLook extends Pick<ChangeLook, 'since' | 'isUnmoved' | 'findings' | 'signal'> {
  /** Paths of which it is told by itself that there is something else. */
  readonly judged: ReadonlySet<string>;
}

/**
 * All but those that are judged by themselves, and those that a new `.git` holds, for its submodules: three files make anything else look like a
 * repository, and could keep what lies in it from being told. What was not looked at before is new only where it has changed since, or was moved. What cannot be looked at now is told.
 * @throws The reason of the signal.
 */
export async function findNewRepositories(
  { target: { root }, tree: before }: SearchedRoot,
  after: ScannedTree,
  files: FileFacts,
  { since, isUnmoved, findings, signal, judged }: RepositoryLook,
): Promise<void> {
  const isNew = newnessBetween(before, after, { root, since, isUnmoved });
  const isOwnDoing = ownDoings(root, withoutLinks(files));
  const added = new Set<string>();
  for (const [at, path] of [...new Set([...after.gitPaths, ...after.repositories])].entries()) {
    if (at % PATHS_AT_ONCE === PATHS_AT_ONCE - 1) await turn();
    signal.throwIfAborted();
    // What has gone again, or only somebody else can have made, speaks for nothing that lies in it.
    if (isNew(path) && isPossible(path, isOwnDoing)) added.add(path);
  }
  const holders = new Set(after.repositories.filter((path) => added.has(path) && path.endsWith('/.git')));
  for (const path of added) {
    if (!judged.has(path) && !isWithinAny(parentOf(path), holders))
      findings.add('repository', path, newRepository);
  }
  const { unseen } = after;
  if (unseen !== undefined && before.unseen === undefined)
    findings.add(
      'repository',
      root,
      (path) =>
        `${path} was not looked through to its end, since ${unseen}; there may be repositories in it that were not there before`,
    );
  const known = new Set(before.shut);
  for (const path of after.shut) if (!known.has(path)) findings.add('repository', path, nowShut);
}

function newRepository(path: string): string {
  return `${path} was not there before, and git that is run in this repository outside runs the hooks and programs that it names`;
}

function nowShut(path: string): string {
  return `${path} cannot be looked into any more, and may hold repositories that were not there before; let this user read and enter it (chmod u+rx)`;
}

interface Searched extends Pick<ChangeLook, 'since' | 'isUnmoved'> {
  readonly root: string;
}

/** Says of what was found now whether it could not be found before. */
function newnessBetween(
  before: ScannedTree,
  after: ScannedTree,
  { root, since, isUnmoved }: Searched,
): (path: string) => boolean {
  const directories = new Set(before.repositories);
  const known = new Set([...before.gitPaths, ...directories]);
  const directoriesNow = new Set(after.repositories);
  const canMove = (at: string): boolean => at !== root && isWithin(at, root) && !isUnmoved(at);
  const wasPlaced = placedSince(since, canMove);
  const isSeenWhole = before.unseen === undefined;
  const isMade = (path: string): boolean => isSeenWhole || wasPlaced(path) || isFilled(path, since);
  return (path) => {
    if (!known.has(path)) return isMade(path);
    // Where a directory took its place, what was protected in it is told.
    if (directories.has(path)) return !isDirectory(path);
    // A link, unlike everything else that is called so, can be replaced.
    return directoriesNow.has(path) ? isMade(path) : hasChanged(path, since);
  };
}

/** Whether what git goes by in the directory of a repository has come up or been changed, or the file in its place has. */
function isFilled(path: string, since: number): boolean {
  if (seenStatOf(path)?.isDirectory() !== true) return hasChanged(path, since);
  const marks = path.endsWith('/.git') ? MARKS_OF_GIT : MARKS;
  return marks.some((name) => hasChanged(childOf(path, name), since));
}

const MARKS = [...REPOSITORY_MARKS, 'config'];

/** Without what changes with every commit: no directory of that name lacks it and has the others. */
const MARKS_OF_GIT = MARKS.filter((name) => name !== 'objects');

/** True as well for what cannot be looked at. */
function isDirectory(path: string): boolean {
  return seenStatOf(path)?.isDirectory() !== false;
}

/** Nothing that has gone is; what cannot be looked at may be anybody's. */
function isPossible(path: string, isOwnDoing: (path: string) => boolean): boolean {
  try {
    return directStat(path) !== undefined && isOwnDoing(path);
  } catch {
    return true;
  }
}
