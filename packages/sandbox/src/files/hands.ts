import type { FileFact } from './file-facts.js';
import type { OwnUser } from './own-user.js';

/** Who may do what with a file. */
export type Rights = Pick<FileFact, 'uid' | 'gid' | 'mode'>;

/** Somebody else than the user of this program, root and who owns the programs of the system. */
export type Hand =
  | { readonly kind: 'user'; readonly uid: number }
  | { readonly kind: 'group'; readonly gid: number }
  | { readonly kind: 'everybody' };

/** In words, by which hands can be told apart, too. */
export function nameOfHand(hand: Hand): string {
  switch (hand.kind) {
    case 'user':
      return `user ${hand.uid}`;
    case 'group':
      return `group ${hand.gid}`;
    case 'everybody':
      return 'every user';
  }
}

/** Whoever owns a file, and so may allow themselves everything; none where that is nobody else. */
export function owningHands({ uid }: Rights, own: OwnUser): readonly Hand[] {
  return [0, own.uid, own.systemUid].includes(uid) ? [] : [{ kind: 'user', uid }];
}

/** Who may write a file, whoever owns it. */
export function writingHands({ gid, mode }: Rights, own: OwnUser): readonly Hand[] {
  if ((mode & WRITE) !== 0) return [{ kind: 'everybody' }];
  const isWritableByOthers = (mode & (WRITE << GROUP)) !== 0 && gid !== 0 && gid !== own.gid;
  return isWritableByOthers ? [{ kind: 'group', gid }] : [];
}

/** Whether anybody but its owner may write a file; those of an access control list show among what a group may. */
export function mayOthersWrite({ mode }: Rights): boolean {
  return (mode & (WRITE | (WRITE << GROUP))) !== 0;
}

/** Whether nobody but its owner, and that of an entry, may rename or remove an entry of a directory. */
export function isSticky({ mode }: Rights): boolean {
  return (mode & STICKY) !== 0;
}

/** Whether it is a directory in which whoever likes makes files, and nobody removes those of others. */
export function isOpenToAll(directory: Rights): boolean {
  return isSticky(directory) && (directory.mode & WRITE) !== 0;
}

/** Who may put something else in the place of an entry of a directory. */
export function exchangingHands(directory: Rights, entry: Rights, own: OwnUser): readonly Hand[] {
  const writing = writingHands(directory, own);
  const others = isSticky(directory) && writing.length > 0 ? owningHands(entry, own) : writing;
  return [...owningHands(directory, own), ...others];
}

/** Whether somebody can reach what lies in a directory. */
export function mayEnter(hand: Hand, directory: Rights): boolean {
  return isAllowed(hand, SEARCH, directory);
}

/** Whether somebody can read a file, or what a directory lists and holds. */
export function mayRead(hand: Hand, file: FileFact): boolean {
  return isAllowed(hand, file.kind === 'directory' ? READ | SEARCH : READ, file);
}

/** By what a file allows them or, as its owner, they themselves. */
function isAllowed(hand: Hand, bits: number, { uid, gid, mode }: Rights): boolean {
  if (hand.kind === 'user' && hand.uid === uid) return true;
  const allowed = hand.kind === 'group' && hand.gid === gid ? mode >> GROUP : mode;
  return (allowed & bits) === bits;
}

const READ = 0o4;
const WRITE = 0o2;
const SEARCH = 0o1;
/** How far the bits for a group are from those for everybody. */
const GROUP = 3;
const STICKY = 0o1000;
