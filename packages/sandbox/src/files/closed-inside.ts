import type { FileFact } from './file-facts.js';

/** Whose rights count in the sandboxes of this program. */
export interface InsideUser {
  readonly uid: number;
  readonly gid: number;
  /** All that the user is in. */
  readonly groups: readonly number[];
}

/** The user of this process. */
export function readInsideUser(): InsideUser {
  const gid = process.getegid?.() ?? 0;
  return { uid: process.geteuid?.() ?? 0, gid, groups: [gid, ...(process.getgroups?.() ?? [])] };
}

/**
 * Whether root gets into a directory, and no sandbox of root does, nor bubblewrap while it makes one: the rights of root are only over what is
 * of its own user and group there, since no others are known. Other users get nowhere that their sandboxes do not. Modes tell; access lists,
 * which could let root in by name, do not.
 */
export function isClosedInside(
  { kind, uid, gid, mode }: Pick<FileFact, 'kind' | 'uid' | 'gid' | 'mode'>,
  own: InsideUser,
): boolean {
  if (kind !== 'directory' || own.uid !== 0) return false;
  if (uid === own.uid) return gid !== own.gid && (mode & ENTERED_BY_OWNER) === 0;
  return !isAllowed(ENTERED, { gid, mode }, own);
}

/**
 * Whether root may write a file or directory, and no sandbox of root does: it is of another user, whose mode says nothing of root, and
 * who alone could change that.
 */
export function isUnwritableInside(
  { uid, gid, mode }: Pick<FileFact, 'uid' | 'gid' | 'mode'>,
  own: InsideUser,
): boolean {
  return own.uid === 0 && uid !== own.uid && !isAllowed(WRITTEN, { gid, mode }, own);
}

/** The same for reading. */
export function isUnreadableInside(
  { uid, gid, mode }: Pick<FileFact, 'uid' | 'gid' | 'mode'>,
  own: InsideUser,
): boolean {
  return own.uid === 0 && uid !== own.uid && !isAllowed(READ, { gid, mode }, own);
}

/** Whether a mode gives a right over what is of another user. */
function isAllowed(right: number, { gid, mode }: Pick<FileFact, 'gid' | 'mode'>, own: InsideUser): boolean {
  return (mode & (own.groups.includes(gid) ? right << GROUP : right)) !== 0;
}

const ENTERED_BY_OWNER = 0o100;
const ENTERED = 0o001;
const WRITTEN = 0o002;
const READ = 0o004;
const GROUP = 3;
