import type { LookPool } from '../files/look-pool.js';
import type { PathRule, PolicyNote } from '../policy/path-rule.js';
import { DEFAULTS } from '../policy/rule-origin.js';
import { inPartsOf, linkedWorktreesOf, type ProtectedPath, protectedInGitDirectory } from './protect-git.js';
import { pinsAbove } from './shallow.js';

/** What of repositories stays as it is. */
export interface RepositoryProtection {
  readonly paths: readonly ProtectedPath[];
  /** The repositories of which parts stay as they are, and where these are links, what they lead to. */
  readonly inParts: ReadonlySet<string>;
  /** Says where that is more than it has to be. */
  readonly remarks: readonly PolicyNote[];
}

/**
 * There are mounts for so many: in the first ones that were found commits can be made.
 * @param worktrees Where the files of each repository are checked out, by its directory. @param roots What may be written.
 */
export function protectedInRepositories(
  worktrees: ReadonlyMap<string, ReadonlySet<string>>,
  roots: ReadonlySet<string>,
  rules: readonly PathRule[],
  looks: LookPool,
): RepositoryProtection {
  const found = [...worktrees.keys()];
  // Those that may be written themselves come first: nobody wants one of these to be read-only as a whole.
  const directories = [
    ...found.filter((path) => roots.has(path)),
    ...found.filter((path) => !roots.has(path)),
  ];
  const { linked, mounts } = linkedWorktreesOf(directories, looks.files);
  const count = inPartsOf(directories.length, pinsAbove(directories, rules) + mounts);
  const inParts = directories.slice(0, count);
  const asAWhole = directories.slice(count);
  return {
    paths: [
      ...inParts.flatMap((directory) =>
        protectedInGitDirectory(directory, [...(worktrees.get(directory) ?? [])], linked),
      ),
      ...asAWhole.map((path) => ({ path, isSparing: true as const })),
    ],
    inParts: new Set(inParts),
    remarks: asAWhole.length === 0 ? [] : [noteOfWhole(directories.length, asAWhole)],
  };
}

function noteOfWhole(all: number, [first = '', ...others]: readonly string[]): PolicyNote {
  return {
    origin: DEFAULTS.configuration,
    text: `there are ${all} repositories where the command may write, so ${others.length + 1} of them stay as they are as a whole, such as ${first}; allow fewer of them to be written`,
  };
}
