import { ancestorsOf, childOf, isWithin, isWithinAny } from '../files/paths.js';
import { isLinkedWorktree, isRepository } from '../repositories/git-directory.js';
import { KEPT_BY_GIT } from '../repositories/kept-by-git.js';
import { statOf } from './changed.js';

/** What may be written in the directory of a repository that may not be written as a whole. */
export interface GitPart {
  /** Of the repository, or of one of its linked worktrees. */
  readonly directory: string;
  /** In there. */
  readonly root: string;
}

/** Those among what may be written, but for what is looked at with a repository. @param repositories By their directories. */
export function gitPartsOf(roots: readonly string[], repositories: ReadonlySet<string>): readonly GitPart[] {
  const parts: GitPart[] = [];
  for (const root of [...roots].sort()) {
    const directory = isWithinAny(root, repositories) ? undefined : gitAround(root);
    const isLookedAt =
      directory === undefined ||
      parts.some((part) => part.directory === directory && isWithin(root, part.root));
    if (!isLookedAt) parts.push({ directory, root });
  }
  return parts;
}

/** The next directory above of which it holds something that git has there, unlike a work tree that lies in it. */
function gitAround(root: string): string | undefined {
  let inside = root;
  for (const at of ancestorsOf(root)) {
    const isThere = (name: string): boolean => statOf(childOf(at, name)) !== undefined;
    const isGit = at.endsWith('/.git') || isLinkedWorktree(isThere) || isRepository(isThere);
    if (isGit && OF_GIT.has(lastNameOf(inside))) return at;
    inside = at;
  }
  return undefined;
}

function lastNameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Directories in that of a repository. */
const OF_GIT: ReadonlySet<string> = new Set([
  ...KEPT_BY_GIT,
  ...['modules', 'rebase-apply', 'rebase-merge', 'sequencer', 'worktrees'],
]);
