import type { DirectoryStamp, ScannedEntry } from './scan-files.js';

/** What a scan needs to know of one directory. */
export interface Listing {
  readonly stamp: DirectoryStamp;
  /** The names of the directories in it, sorted. */
  readonly directories: readonly string[];
  /** Whether something is called `.git`: the directory of a repository, a file that points to one, or a link. */
  readonly hasGit: boolean;
  /** Whether it is itself what `.git` is elsewhere: that of a submodule, or a bare repository. */
  readonly isRepository: boolean;
  /** False when it may have changed after it was listed without another stamp: such a listing is used once. */
  readonly isSettled: boolean;
}

/** File systems do not tell the times of two changes apart that are closer to each other than this. */
const STAMP_GRAIN_MS = 2_000;

/** @param stamp Taken before the entries were read. @param stampedAtMs When, by the clock of this machine. */
export function listingOf(
  stamp: DirectoryStamp,
  stampedAtMs: number,
  entries: readonly ScannedEntry[],
): Listing {
  const names = new Set(entries.map(({ name }) => name));
  return {
    stamp,
    directories: entries
      .filter(({ name, isDirectory }) => isDirectory && name !== '.git')
      .map(({ name }) => name)
      .sort(),
    hasGit: names.has('.git'),
    isRepository: REPOSITORY_NAMES.every((name) => names.has(name)),
    isSettled: stamp.changedMs + STAMP_GRAIN_MS < stampedAtMs,
  };
}

/** Whether a listing says what the directory holds now. */
export function isCurrent(
  { stamp, isSettled }: Listing,
  { device, inode, changedMs }: DirectoryStamp,
): boolean {
  return isSettled && stamp.changedMs === changedMs && stamp.inode === inode && stamp.device === device;
}

const REPOSITORY_NAMES = ['HEAD', 'objects', 'refs'];
