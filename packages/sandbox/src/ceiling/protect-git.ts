import type { FileFacts } from '../files/file-facts.js';
import { childOf } from '../files/paths.js';
import { resolvePath } from '../files/resolve-path.js';
import { MAX_LINKED_WORKTREES, MAX_REPOSITORY_MOUNTS } from '../limits.js';
import type { PlaceholderText } from '../policy/path-rule.js';

/** A path to protect. A missing one is kept missing, or left alone where `onlyIfThere`. */
export interface ProtectedPath {
  readonly path: string;
  readonly onlyIfThere?: true;
  /** The text of a file that changes nothing for git, where it does not bear a directory. */
  readonly placeholderText?: PlaceholderText;
}

/** What a repository takes on average, beside the directories above it: in parts, with a pin for itself, and as a whole. */
const MOUNTS = { inParts: 4, asAWhole: 1 } as const;

/**
 * How many of so many repositories can be protected in parts; the others have to be as a whole.
 * @param pins Directories above them that must not be renamed.
 */
export function inPartsOf(repositories: number, pins: number): number {
  const left = MAX_REPOSITORY_MOUNTS - pins - repositories * MOUNTS.asAWhole;
  const affordable = Math.floor(left / (MOUNTS.inParts - MOUNTS.asAWhole));
  return Math.max(0, Math.min(repositories, affordable));
}

/** What in the directory of a repository git runs, or reads and then runs. Everything else stays writable for commits. */
export function protectedInGitDirectory(directory: string, files: FileFacts): readonly ProtectedPath[] {
  const worktrees = childOf(directory, 'worktrees');
  const linked = files.list(worktrees, MAX_LINKED_WORKTREES)?.map(({ name }) => childOf(worktrees, name));
  if (linked === undefined) return [{ path: directory }];
  const hasWorktreeConfig = mayHaveWorktreeConfig(childOf(directory, 'config'), files);
  return [
    { path: childOf(directory, 'hooks') },
    { path: childOf(directory, 'config') },
    { path: childOf(directory, 'info/attributes'), onlyIfThere: true },
    // It would send git to another directory for its hooks and config; a dot sends it to the same one.
    { path: childOf(directory, 'commondir'), placeholderText: '.\n' },
    { path: childOf(directory, 'gitdir'), onlyIfThere: true },
    configOfWorktree(directory, hasWorktreeConfig),
    ...linked.flatMap((worktree): readonly ProtectedPath[] => [
      { path: childOf(worktree, 'commondir'), onlyIfThere: true },
      { path: childOf(worktree, 'gitdir'), onlyIfThere: true },
      configOfWorktree(worktree, hasWorktreeConfig),
    ]),
  ];
}

/** Git reads this file only where an extension says so, but then it must not be a directory. */
function configOfWorktree(directory: string, isRead: boolean): ProtectedPath {
  const path = childOf(directory, 'config.worktree');
  return isRead ? { path, placeholderText: '' } : { path, onlyIfThere: true };
}

/** True as well for a config that cannot be read: an empty file more changes nothing. */
function mayHaveWorktreeConfig(config: string, files: FileFacts): boolean {
  const found = resolvePath(config, files);
  if (found.kind !== 'file') return false;
  const text = files.readText(found.path);
  return text === undefined || /worktreeconfig/i.test(text);
}
