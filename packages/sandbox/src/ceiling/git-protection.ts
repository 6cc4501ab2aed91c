import type { FileFacts } from '../files/file-facts.js';
import { LookPool } from '../files/look-pool.js';
import { StalePlan } from '../files/stale-plan.js';
import { MAX_FOLLOWED_NAMES } from '../limits.js';
import type { RuleIndex } from '../policy/access.js';
import type { MissingProgram } from '../policy/missing-program.js';
import type { OpenWay } from '../policy/open-way.js';
import type { PathRule, PolicyNote } from '../policy/path-rule.js';
import { DEFAULTS } from '../policy/rule-origin.js';
import type { ScannedTree } from '../repositories/scan-tree.js';
import { namedByConfigs } from './config-targets.js';
import { GitBelow } from './git-below.js';
import { type GitPlaces, gitPlacesAround } from './git-places.js';
import type { ProtectedPath } from './protect-git.js';
import { protectedInRepositories } from './protect-repositories.js';
import { noteOfUnfollowed, notesOf } from './scan-notes.js';
import type { DeepRestriction } from './shallow.js';

/** What git runs, or reads and then runs, where something may be written. */
export interface GitProtection {
  readonly paths: readonly ProtectedPath[];
  /** Work trees and directories of repositories. */
  readonly repositories: readonly string[];
  /** Links that lead to such directories. */
  readonly links: readonly string[];
  /** Other links on the way there, each with the `.git` from which it was met. */
  readonly crossed: ReadonlyMap<string, string>;
  readonly openWays: Iterable<OpenWay>;
  /** Links on the way to what configs name. */
  readonly crossedByConfigs: ReadonlySet<string>;
  readonly missingPrograms: readonly MissingProgram[];
  /** What stays as it is as a whole, since what it holds lies too deep. */
  readonly tooDeep: readonly DeepRestriction[];
  /** What could not be had. */
  readonly notes: readonly PolicyNote[];
  /** What is protected more than it has to be. */
  readonly remarks: readonly PolicyNote[];
}

/**
 * Looks for it in all repositories of and around the directories that may be written.
 * @param index What may be done without any protection. @param trees What is below the roots.
 * @throws StalePlan when one of them was not looked through.
 */
export function gitProtection(
  roots: readonly string[],
  { rules, index }: { readonly rules: readonly PathRule[]; readonly index: RuleIndex },
  files: FileFacts,
  trees: ReadonlyMap<string, ScannedTree>,
): GitProtection {
  const looks = new LookPool(files, MAX_FOLLOWED_NAMES);
  const git = new GitBelow(index, looks);
  const around = gitPlacesAround(roots, looks);
  const paths = [...git.addAround(around)];
  const notes: PolicyNote[] = [];
  const shut = new Set<string>();
  for (const root of roots) {
    const scanned = trees.get(root);
    if (scanned === undefined) throw new StalePlan(root, 'was replaced');
    notes.push(...notesOf(root, scanned));
    paths.push(...git.add(root, scanned));
    for (const directory of scanned.shut) shut.add(directory);
  }
  const { worktrees, links, crossed, openWays, unfollowed, tooDeep } = git;
  const inRepositories = protectedInRepositories(worktrees, new Set(roots), rules, looks);
  const named = namedByConfigs(withThoseAround(around, worktrees), roots, files, inRepositories.inParts);
  const isWritable = ({ path }: { readonly path: string }): boolean => index.accessAt(path) === 'write';
  // What is shut there is told for itself, whatever a config names in it.
  const told = named.gaps.filter((gap) => isWritable(gap) && !shut.has(gap.path));
  const gaps = told.map(({ text }) => ({ origin: DEFAULTS.configuration, text }));
  return {
    paths: [...paths.map((path) => ({ path })), ...inRepositories.paths, ...named.paths],
    repositories: [...worktrees].flatMap(([directory, seen]) => [directory, ...seen]),
    links,
    crossed,
    openWays: openWays.values(),
    crossedByConfigs: named.links,
    missingPrograms: named.missing.filter(isWritable),
    tooDeep,
    notes: [...notes, ...noteOfUnfollowed(unfollowed), ...gaps],
    remarks: inRepositories.remarks,
  };
}

/** Repositories by directory, with where their files are checked out: first those that hold what may be written. */
function withThoseAround(
  around: GitPlaces,
  below: ReadonlyMap<string, Iterable<string>>,
): ReadonlyMap<string, readonly string[]> {
  const all = new Map(around.directories.map((at) => [at, around.worktrees.get(at) ?? []]));
  for (const [at, seen] of below) all.set(at, [...(all.get(at) ?? []), ...seen]);
  return all;
}
