import { closeSync, type Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { pathOfDescriptor } from '../files/descriptors.js';
import { openDirectory } from '../files/direct-path.js';
import { errorCode, lacksDescriptors } from '../files/error-code.js';
import { childOf, NOT_UTF_8 } from '../files/paths.js';
import { MAX_LOOKED_GIT_ENTRIES } from '../limits.js';
import type { ChangeLook } from './change-look.js';
import { hasChanged } from './changed.js';
import type { Findings } from './findings.js';

/** An entry of the directory of a repository that is no directory. */
export interface GitEntry {
  readonly path: string;
  readonly name: string;
  readonly isLink: boolean;
  /** Whether it is called as a branch is, or could be. */
  readonly isNamedByUsers: boolean;
  /** Whether what holds it has changed, so that it may have come there as it was. */
  readonly isMoved: boolean;
}

type GitFolder = Pick<GitEntry, 'path' | 'isNamedByUsers' | 'isMoved'>;

/** What is not a directory in that of a repository, breadth first, as far as there are entries left; that it was not all is told. */
export async function* entriesBelow(
  directory: string,
  { since, budget, findings, signal }: ChangeLook,
): AsyncGenerator<GitEntry> {
  let left = Math.min(MAX_LOOKED_GIT_ENTRIES, budget.entries);
  const folders: GitFolder[] = [{ path: directory, isNamedByUsers: false, isMoved: false }];
  for (const folder of folders) {
    for await (const entry of listed(folder.path, findings)) {
      signal.throwIfAborted();
      left -= 1;
      budget.entries -= 1;
      if (left < 0) {
        findings.add('gitState', directory, tooMany);
        return;
      }
      const path = childOf(folder.path, entry.name);
      const { name } = entry;
      if (name.includes(NOT_UTF_8) && !entry.isFile()) {
        findings.add('gitState', path, notNamed);
        continue;
      }
      if (!entry.isDirectory()) yield { ...folder, path, name, isLink: entry.isSymbolicLink() };
      else if (!isPassedOver(folder.path, name)) folders.push(below(folder, path, name));
    }
  }

  function isPassedOver(holder: string, name: string): boolean {
    if (holder === directory) return PASSED_OVER.has(name);
    return holder === childOf(directory, 'objects') && OBJECTS.test(name);
  }

  function below(holder: GitFolder, path: string, name: string): GitFolder {
    const { isNamedByUsers, isMoved } = holder;
    // A linked worktree may be called so.
    const holdsBranches = NAMED_BY_USERS.has(name) && holder.path !== childOf(directory, 'worktrees');
    return {
      path,
      isNamedByUsers: isNamedByUsers || holdsBranches,
      isMoved: isMoved || hasChanged(path, since),
    };
  }
}

function notNamed(path: string): string {
  return `${path} is a directory or a link whose name is not UTF-8, so nobody looks where it leads; remove it`;
}

function tooMany(directory: string): string {
  return `${directory} was not looked through to its end, since it, or all repositories together, have too many entries; look for links and an index with strange names there`;
}

/** Nothing where it has gone, or cannot be read, which is told where git could enter it all the same. */
async function* listed(directory: string, findings: Findings): AsyncGenerator<Dirent> {
  try {
    const fd = openDirectory(directory);
    const opened = await opendir(pathOfDescriptor(fd)).finally(() => closeSync(fd));
    yield* opened;
  } catch (error) {
    if (lacksDescriptors(error)) throw error;
    if (errorCode(error) === 'EACCES') findings.add('gitState', directory, notListed);
  }
}

function notListed(directory: string): string {
  return `${directory} cannot be looked into, and may hold links and more by which git outside writes elsewhere; let this user read it (chmod u+rx)`;
}

/** Where files are called as branches are. */
const NAMED_BY_USERS: ReadonlySet<string> = new Set(['refs', 'logs']);

/** What programs fill by names that they have made up themselves, what is protected, and what has other repositories in it. */
const PASSED_OVER: ReadonlySet<string> = new Set('annex hooks lfs modules svn'.split(' '));

/** What holds objects by their names. */
const OBJECTS = /^[\da-f]{2}$/;
