import type { Dirent } from 'node:fs';
import { errorCode, lacksDescriptors } from '../files/error-code.js';
import { openEntries } from '../files/open-entries.js';
import { childOf, NOT_UTF_8 } from '../files/paths.js';
import { MAX_LOOKED_GIT_ENTRIES } from '../limits.js';
import { holdsObjects, isFilledByGit } from '../repositories/kept-by-git.js';
import type { ChangeLook } from './change-look.js';
import { hasChanged, statOf } from './changed.js';
import type { Findings } from './findings.js';

/** An entry of the directory of a repository that is no directory. */
export interface GitEntry {
  readonly path: string;
  readonly name: string;
  readonly kind: 'file' | 'link' | 'socket' | 'pipeOrDevice';
  /** Where it is called as a branch is, or could be. */
  readonly namedByUsersIn: 'refs' | 'logs' | undefined;
  /** Whether what holds it has changed, and may have been moved, so that it may have come there as it was. */
  readonly isMoved: boolean;
}

type GitFolder = Pick<GitEntry, 'path' | 'namedByUsersIn' | 'isMoved'>;

/**
 * What is not a directory in that of a repository, breadth first, as far as there are entries left; that it was not all is told. Other repositories
 * in it are left out. @param root What is looked at of it; default all.
 */
export function entriesBelow(directory: string, look: ChangeLook, root = directory): AsyncIterable<GitEntry> {
  return new GitWalk(directory, look).entriesBelow(root);
}

class GitWalk {
  readonly #directory: string;
  readonly #look: ChangeLook;
  #left: number;

  constructor(directory: string, look: ChangeLook) {
    this.#directory = directory;
    this.#look = look;
    this.#left = Math.min(MAX_LOOKED_GIT_ENTRIES, look.budget.entries);
  }

  async *entriesBelow(root: string): AsyncGenerator<GitEntry> {
    const { findings, signal } = this.#look;
    const folders: GitFolder[] = [this.#folderAt(root)];
    for (const folder of folders) {
      const isOfObjects = holdsObjects(this.#inside(folder.path));
      for await (const entry of listed(folder.path, findings)) {
        signal.throwIfAborted();
        if (!this.#isLeft(isOfObjects && entry.isFile())) {
          findings.add('gitState', this.#directory, tooMany);
          return;
        }
        const path = childOf(folder.path, entry.name);
        if (entry.name.includes(NOT_UTF_8) && !entry.isFile()) {
          findings.add('gitState', path, notNamed);
          continue;
        }
        if (isOfObjects) this.#tellNoObject(entry, path);
        if (!entry.isDirectory()) yield { ...folder, path, name: entry.name, kind: kindOf(entry) };
        else if (!this.#isPassedOver(path)) folders.push(this.#below(folder, path, entry.name));
      }
    }
  }

  /** Nobody has moved what may not be written. */
  #folderAt(root: string): GitFolder {
    let folder: GitFolder = { path: this.#directory, namedByUsersIn: undefined, isMoved: false };
    for (const name of this.#inside(root).split('/').filter(Boolean)) {
      folder = { ...this.#below(folder, childOf(folder.path, name), name), isMoved: false };
    }
    return folder;
  }

  #isLeft(isObject: boolean): boolean {
    const { budget } = this.#look;
    if (isObject) {
      budget.objects -= 1;
      return budget.objects >= 0;
    }
    this.#left -= 1;
    budget.entries -= 1;
    return this.#left >= 0;
  }

  #tellNoObject(entry: Dirent, path: string): void {
    const isOdd = entry.isDirectory() || OF_REPOSITORIES.has(entry.name);
    if (isOdd && this.#hasChanged(path)) this.#look.findings.add('gitState', path, noObject);
  }

  #inside(path: string): string {
    return path.slice(this.#directory.length + 1);
  }

  /** Where there are only objects, all else comes with a change of what holds them. */
  #isPassedOver(path: string): boolean {
    if (this.#look.repositories.has(path)) return true;
    const inside = this.#inside(path);
    if (holdsObjects(inside)) return !this.#hasChanged(path) && !holdsDirectories(path);
    return isFilledByGit(inside);
  }

  #below(holder: GitFolder, path: string, name: string): GitFolder {
    // A linked worktree may be called so.
    const isWorktree = holder.path === childOf(this.#directory, 'worktrees');
    const holdsBranches = !isWorktree && (name === 'refs' || name === 'logs');
    return {
      path,
      namedByUsersIn: holder.namedByUsersIn ?? (holdsBranches ? name : undefined),
      // What stands for missing files in it changes it as well.
      isMoved: holder.isMoved || (!this.#look.isUnmoved(path) && this.#hasChanged(path)),
    };
  }

  #hasChanged(path: string): boolean {
    return hasChanged(path, this.#look.since);
  }
}

/** As far as the file system counts them as links. */
function holdsDirectories(path: string): boolean {
  const found = statOf(path);
  return found === 'keptOut' || (found?.nlink ?? 0) > LINKS_OF_LEAF;
}

function kindOf(entry: Dirent): GitEntry['kind'] {
  if (entry.isFile()) return 'file';
  if (entry.isSymbolicLink()) return 'link';
  return entry.isSocket() ? 'socket' : 'pipeOrDevice';
}

function noObject(path: string): string {
  return `${path} is among objects, where git makes nothing of that kind and later starts look for no repository; remove it`;
}

function notNamed(path: string): string {
  return `${path} is a directory or a link whose name is not UTF-8, so nobody looks where it leads; remove it`;
}

function tooMany(directory: string): string {
  return `${directory} was not looked through to its end, since it, or all repositories together, have too many entries; look for links and an index with strange names there`;
}

/** Nothing where it has gone, or cannot be read or entered, which is told where git could enter it all the same. */
async function* listed(directory: string, findings: Findings): AsyncGenerator<Dirent> {
  try {
    yield* await openEntries(directory);
  } catch (error) {
    if (lacksDescriptors(error)) throw error;
    if (errorCode(error) === 'EACCES') findings.add('gitState', directory, notListed);
    if (errorCode(error) === 'ENAMETOOLONG') findings.add('gitState', directory, tooDeep);
  }
}

function notListed(directory: string): string {
  return `${directory} cannot be looked into, and may hold links and more by which git outside writes elsewhere; let this user read and enter it (chmod u+rx)`;
}

function tooDeep(directory: string): string {
  return `${directory} lies deeper than anybody can look from the root, and may hold links by which git outside writes elsewhere; remove it`;
}

/** Of a directory that holds no other. */
const LINKS_OF_LEAF = 2;

/** What directories have by which git takes them for a repository, or for a part of one. */
const OF_REPOSITORIES: ReadonlySet<string> = new Set(['HEAD', '.git']);
