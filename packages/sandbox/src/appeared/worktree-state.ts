import { posix } from 'node:path';
import { isBehindLink } from '../files/direct-path.js';
import { childOf, MAX_PATH_BYTES, NOT_UTF_8, parentOf } from '../files/paths.js';
import type { ChangeLook } from './change-look.js';
import { placedSince, statOf } from './changed.js';
import type { GitEntry } from './git-entries.js';
import { textOf } from './tell.js';

/** Whether a `commondir` of a linked worktree says what git writes there: its repository is the one that holds it. */
export function leadsToHolder(text: string | undefined): boolean {
  return text?.replace(/[\r\n]+$/, '') === '../..';
}

/** Whether an entry of a repository is a config for a linked worktree alone. */
export function isConfigOfWorktree(path: string): boolean {
  return CONFIG_OF_WORKTREE.test(path);
}

/** Whether an entry of a repository says where a linked worktree is, or where that has its hooks and config. */
export function isOfWorktree(path: string): boolean {
  return OF_WORKTREE.test(path);
}

/**
 * Why such a file is told; undefined for one as git has it in a worktree that is below what may be written.
 * @param text What it says; undefined for what nobody can read. @param isWritable Whether the command could write at a path.
 */
export function worktreeFault(
  path: string,
  text: string | undefined,
  isWritable: (path: string) => boolean,
): string | undefined {
  if (path.endsWith('/commondir')) return leadsToHolder(text) ? undefined : OTHER_CONFIG;
  const files = filesOf(path, text);
  // Elsewhere nothing is looked at for what a command has written. One that is relative stands for another place before git 2.48.
  const isBelow =
    files !== undefined && text?.startsWith('/') === true && isWritable(files) && !mayHaveLink(files);
  return isBelow ? undefined : WRITTEN_ELSEWHERE;
}

/**
 * Whether an entry is the `gitdir` of a linked worktree, and a link, or a directory with one, has come to where that has its files: there may have been
 * nothing while that was judged.
 */
export function isLedAway(
  { path, kind, namedByUsersIn }: Pick<GitEntry, 'path' | 'kind' | 'namedByUsersIn'>,
  { isWritable, isUnmoved, since }: Pick<ChangeLook, 'isWritable' | 'isUnmoved' | 'since'>,
): boolean {
  if (kind !== 'file' || namedByUsersIn !== undefined || !GITDIR.test(path)) return false;
  const files = filesOf(path, textOf(path));
  // Elsewhere nothing is looked at for what a command has written, or somebody else, however long ago.
  if (files === undefined || !isWritable(files) || !hasLink(files)) return false;
  const canMove = (at: string): boolean => isWritable(at) && !isUnmoved(at);
  return placedSince(since, canMove)(childOf(files, '.git'));
}

/** Whether git would go through a link to write the `.git` file of a worktree, be that itself one. */
function hasLink(files: string): boolean {
  return isBehindLink(childOf(childOf(files, '.git'), 'below'));
}

/** Or nobody can tell. */
function mayHaveLink(files: string): boolean {
  return hasLink(files) || statOf(childOf(files, '.git')) === 'keptOut';
}

function filesOf(gitdir: string, text: string | undefined): string | undefined {
  return filesAt(text?.replace(/[ \t\r\n]+$/, '') ?? '', parentOf(gitdir));
}

/** Where git would write a `.git` file if there are no links; undefined where nobody can tell. */
function filesAt(said: string, directory: string): string | undefined {
  const names = said
    .replace(/\/\.git$/, '')
    .replace(/^(?:\.\.\/)+/, '')
    .split('/');
  const isPath = said !== '' && !UNREADABLE.test(said) && said.length < MAX_PATH_BYTES;
  return isPath && !names.includes('..') ? posix.resolve(directory, said.replace(/\/\.git$/, '')) : undefined;
}

const OTHER_CONFIG = 'has git take hooks and config in a linked worktree from elsewhere than its repository';

const WRITTEN_ELSEWHERE =
  'says that a linked worktree is where the command may not write, and git worktree repair outside writes a .git file there';

const OF_WORKTREE = /\/worktrees\/[^/]+\/(?:commondir|gitdir)$/;

const GITDIR = /\/worktrees\/[^/]+\/gitdir$/;

const CONFIG_OF_WORKTREE = /\/worktrees\/[^/]+\/config\.worktree$/;

/** What ends a path for git, or stands for bytes that are no text. */
const UNREADABLE = new RegExp(`[\\0${NOT_UTF_8}]`);
