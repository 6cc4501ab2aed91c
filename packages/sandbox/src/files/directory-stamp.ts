/**
 * Tells one state of a directory from every later one: each entry that comes, goes or is renamed moves the time, and no
 * program can set it back.
 */
export interface DirectoryStamp {
  readonly device: number;
  readonly inode: number;
  /** When it changed, its attributes included; milliseconds since 1970. */
  readonly changedMs: number;
}

/** Whether it is the stamp of the same state, if that one was settled. */
export function isSameStamp(one: DirectoryStamp, other: DirectoryStamp): boolean {
  return one.changedMs === other.changedMs && isSameDirectory(one, other);
}

/** Whether it is one of the same directory, or of one that was made after that had gone. */
export function isSameDirectory(one: DirectoryStamp, other: DirectoryStamp): boolean {
  return one.inode === other.inode && one.device === other.device;
}

/**
 * Whether no later change can bear the same stamp. File systems do not tell the times of two changes apart that are close to
 * each other.
 * @param stampedAtMs When it was taken, by the clock of this machine.
 */
export function isSettled({ changedMs }: Pick<DirectoryStamp, 'changedMs'>, stampedAtMs: number): boolean {
  return changedMs + STAMP_GRAIN_MS < stampedAtMs;
}

const STAMP_GRAIN_MS = 2_000;
