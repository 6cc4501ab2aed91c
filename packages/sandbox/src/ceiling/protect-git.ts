import type { FileFacts } from '../files/file-facts.js';
import { childOf } from '../files/paths.js';
import { MAX_LINKED_WORKTREES, MAX_REPOSITORY_MOUNTS } from '../limits.js';
import type { PlaceholderText } from '../policy/path-rule.js';
import type { RuleOrigin } from '../policy/rule-origin.js';

/** A path to protect. A missing one is kept missing, or left alone where `onlyIfThere`. */
export interface ProtectedPath {
  readonly path: string;
  readonly onlyIfThere?: true;
  /** The text of a file that changes nothing for its readers, where they do not bear a directory. */
  readonly placeholderText?: PlaceholderText;
  /** What it is good as. A link to something else is left alone. */
  readonly expects?: 'directory' | 'file';
  /** Directories below which the target of a link is protected; default none. */
  readonly linksInto?: readonly string[];
  /** It is left alone as long as it holds a directory that may be written. */
  readonly isSparing?: true;
  /** Who wants it; default every sandbox here. */
  readonly origin?: RuleOrigin;
}

/** What a linked worktree takes, with a pin for the directory that its repository has of it. */
const MOUNTS_OF_WORKTREE = 4;

/** What a repository takes on average, beside the directories above it: in parts, with a pin for itself, and as a whole. */
const MOUNTS = { inParts: 5, asAWhole: 1 } as const;

/**
 * How many of so many repositories can be protected in parts; the others have to be as a whole.
 * @param pins Directories above them that must not be renamed.
 */
export function inPartsOf(repositories: number, pins: number): number {
  const left = MAX_REPOSITORY_MOUNTS - pins - repositories * MOUNTS.asAWhole;
  const affordable = Math.floor(left / (MOUNTS.inParts - MOUNTS.asAWhole));
  return Math.max(0, Math.min(repositories, affordable));
}

/** By directory of a repository, what it has of its linked worktrees; undefined where all together have too many. */
export type LinkedWorktrees = ReadonlyMap<string, readonly string[] | undefined>;

/** The linked worktrees of repositories: each of them needs mounts. */
export function linkedWorktreesOf(
  directories: readonly string[],
  files: FileFacts,
): { readonly linked: LinkedWorktrees; readonly mounts: number } {
  const linked = new Map<string, readonly string[] | undefined>();
  let count = 0;
  for (const directory of directories) {
    const worktrees = childOf(directory, 'worktrees');
    const entries = files.list(worktrees, MAX_LINKED_WORKTREES - count);
    linked.set(
      directory,
      entries?.map(({ name }) => childOf(worktrees, name)),
    );
    count += entries?.length ?? 0;
  }
  return { linked, mounts: count * MOUNTS_OF_WORKTREE };
}

/**
 * What in the directory of a repository git runs, or reads and then runs. Everything else stays writable for commits.
 * @param worktrees Where its files are checked out, as far as that is known.
 */
export function protectedInGitDirectory(
  directory: string,
  worktrees: readonly string[],
  linked: LinkedWorktrees,
): readonly ProtectedPath[] {
  const linksInto = [directory, ...worktrees];
  return [
    { path: childOf(directory, 'hooks'), expects: 'directory', linksInto },
    // A directory of that name could be exchanged for a config, but may be where somebody works.
    { path: childOf(directory, 'config'), expects: 'file', linksInto, isSparing: true },
    { path: childOf(directory, 'info/attributes'), expects: 'file', onlyIfThere: true },
    // It would send git to another directory for its hooks and config; a dot sends it to the same one.
    { path: childOf(directory, 'commondir'), expects: 'file', linksInto, placeholderText: '.\n' },
    { path: childOf(directory, 'gitdir'), expects: 'file', onlyIfThere: true },
    configOfWorktree(directory, linksInto),
    ...(linked.get(directory)?.flatMap((worktree) => ofLinkedWorktree(worktree)) ?? [
      { path: childOf(directory, 'worktrees'), expects: 'directory' as const, isSparing: true as const },
    ]),
  ];
}

function ofLinkedWorktree(worktree: string): readonly ProtectedPath[] {
  return [
    { path: childOf(worktree, 'commondir'), expects: 'file', onlyIfThere: true },
    { path: childOf(worktree, 'gitdir'), expects: 'file', onlyIfThere: true },
    configOfWorktree(worktree, [worktree]),
  ];
}

/** Git reads this file where an extension says so, which `git sparse-checkout` turns on by itself. It must be no directory then. */
function configOfWorktree(directory: string, linksInto: readonly string[]): ProtectedPath {
  return { path: childOf(directory, 'config.worktree'), expects: 'file', linksInto, placeholderText: '' };
}
