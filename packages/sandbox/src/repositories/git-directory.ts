/** Names in the directory of a repository, or of a linked worktree, that tell of it. */
export const REPOSITORY_MARKS: ReadonlySet<string> = new Set('HEAD objects refs commondir gitdir'.split(' '));

/** Those that are nothing to git where they are directories. */
export const MARKS_OF_FILES: ReadonlySet<string> = new Set(['commondir', 'gitdir']);

/** Whether git takes a directory for that of a repository by the names in it. */
export function isRepository(isThere: (name: string) => boolean): boolean {
  return ['HEAD', 'objects', 'refs'].every(isThere);
}

/**
 * The same of a linked worktree, whose repository is where one of its files says. What a command could take away and bring back is not asked
 * for alone: the two others stay as they are.
 */
export function isLinkedWorktree(isThere: (name: string) => boolean): boolean {
  return isThere('commondir') && (isThere('HEAD') || isThere('gitdir'));
}
