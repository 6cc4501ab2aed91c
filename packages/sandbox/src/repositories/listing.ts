import { isSameDirectory, isSameStamp, isSettled } from '../files/directory-stamp.js';
import { childOf } from '../files/paths.js';
import { MAX_SCANNED_DIRECTORIES, MAX_SCANNED_TREE_ENTRIES } from '../limits.js';
import { isLinkedWorktree, isRepository, MARKS_OF_FILES, REPOSITORY_MARKS } from './git-directory.js';
import type { ScanFiles, ScannedStamp } from './scan-files.js';

/** What a scan needs to know of one directory. */
export interface Listing {
  readonly stamp: ScannedStamp;
  /** The names of the directories in it, sorted; no more of them than a scan may look at. */
  readonly directories: readonly string[];
  /** How many entries were read. */
  readonly entries: number;
  /** Whether there are entries that were not read, or directories that are not among the names. */
  readonly isCut: boolean;
  /** Whether something is called `.git`: the directory of a repository, a file that points to one, or a link. */
  readonly hasGit: boolean;
  /** Whether it is itself what `.git` is elsewhere, or was: that of a submodule, or a bare repository. */
  readonly isRepository: boolean;
  /** Whether git takes it for what a repository has of a linked worktree. */
  readonly isLinkedWorktree: boolean;
  /** False when it may have changed after it was listed without another stamp: such a listing is used once. */
  readonly isSettled: boolean;
  /** Since when each look has found this very directory here: when the first one asked for it, in milliseconds since 1970. */
  readonly hereSinceMs: number;
}

/**
 * Reads a directory, but not further than any scan may.
 * @param stamp Taken before. @param stampedAtMs When, by the clock of this machine. @param known What an earlier look has found there.
 * @throws ShutDirectory
 */
export async function readListing(
  directory: string,
  {
    stamp,
    stampedAtMs,
    known,
  }: { readonly stamp: ScannedStamp; readonly stampedAtMs: number; readonly known: Listing | undefined },
  files: ScanFiles,
): Promise<Listing> {
  const directories: string[] = [];
  const marks = new Set<string>();
  let entries = 0;
  let isCut = false;
  for await (const chunk of files.list(directory)) {
    for (const { name, isDirectory } of chunk) {
      if (isMark(name, isDirectory)) marks.add(name);
      if (!isDirectory || name === '.git') continue;
      if (directories.length < MAX_SCANNED_DIRECTORIES) directories.push(name);
      else isCut = true;
    }
    entries += chunk.length;
    if (entries <= MAX_SCANNED_TREE_ENTRIES) continue;
    isCut = true;
    break;
  }
  const isThere = (name: string): boolean =>
    marks.has(name) || (isCut && files.exists(childOf(directory, name)));
  return {
    stamp,
    directories: directories.sort(),
    entries,
    isCut,
    hasGit: isThere('.git'),
    isRepository: isRepository(isThere) || (isThere(CONFIG) && isOfGit(directory, files)),
    isLinkedWorktree: isLinkedWorktree(isThere),
    isSettled: isSettled(stamp, stampedAtMs),
    hereSinceMs: known !== undefined && isSameDirectory(known.stamp, stamp) ? known.hereSinceMs : stampedAtMs,
  };
}

/**
 * Whether a directory has the config of a repository, which stays as it is once that is known for one. What else tells of a repository a
 * command could take away and bring back, and have its own hooks there by then. Git writes the mark first, however much follows.
 */
function isOfGit(directory: string, files: ScanFiles): boolean {
  return WRITTEN_BY_INIT.test(files.beginningOf(childOf(directory, CONFIG)) ?? '');
}

/** Every `git init` writes it, and `git submodule` too. */
const WRITTEN_BY_INIT = /^[ \t]*repositoryformatversion[ \t]*=/im;

/** Whether a listing says what the directory holds now. */
export function isCurrent(listing: Listing, stamp: ScannedStamp): boolean {
  return listing.isSettled && isSameStamp(listing.stamp, stamp);
}

/** That of a repository is a file. */
const CONFIG = 'config';

const MARKS: ReadonlySet<string> = new Set(['.git', ...REPOSITORY_MARKS, CONFIG]);

function isMark(name: string, isDirectory: boolean): boolean {
  return MARKS.has(name) && !(isDirectory && (name === CONFIG || MARKS_OF_FILES.has(name)));
}
