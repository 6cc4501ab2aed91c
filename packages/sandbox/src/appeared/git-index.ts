import { setImmediate as turn } from 'node:timers/promises';
import { entryAt, type IndexEntry, type IndexLayout, isBehind } from './git-index-entry.js';
import { type EntryStart, isTailOf } from './git-index-tail.js';

/** What the index of a repository has that git never writes. */
export type IndexFault =
  /** A path by which git would write elsewhere than below the work tree, or into the directory of a repository. */
  | { readonly kind: 'strangeName'; readonly name: string }
  /** It is not as git writes it. */
  | { readonly kind: 'unreadable' };

/**
 * Looks through the names in an index, of version 2 to 4. Git checks names when it takes them down, and not when it reads them again
 * (gitformat-index(5)). It keeps the event loop for a moment at a time only.
 * @param hash Of the objects of its repository. @param budget Characters of names that may be looked at; counted down.
 */
export async function faultOfIndex(
  bytes: Buffer,
  hash: keyof typeof HASH_BYTES,
  budget: { indexCharacters: number },
): Promise<IndexFault | undefined> {
  if (bytes.length < HEADER_BYTES || bytes.toString('latin1', 0, 4) !== SIGNATURE) return UNREADABLE;
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return UNREADABLE;
  let untilTurn = CHARACTERS_AT_ONCE;
  for (const name of namesIn({ bytes, version, hashBytes: HASH_BYTES[hash] })) {
    const cost = (name?.length ?? 0) + ENTRY_COST;
    budget.indexCharacters -= cost;
    if (name === undefined || budget.indexCharacters < 0) return UNREADABLE;
    if (isStrangeName(name)) return { kind: 'strangeName', name: Buffer.from(name, 'latin1').toString() };
    untilTurn -= cost;
    if (untilTurn > 0) continue;
    untilTurn = CHARACTERS_AT_ONCE;
    await turn();
  }
  return undefined;
}

/** Whether git takes no such path down: it leads out of the work tree, or into the directory of a repository. */
export function isStrangeName(name: string): boolean {
  // A directory that is not checked out ends in a slash.
  return name !== '' && STRANGE_PART.test(name.endsWith('/') ? name.slice(0, -1) : name);
}

/** Undefined, and no more, where it is not as git writes it. */
function* namesIn(layout: IndexLayout): Generator<string | undefined, void> {
  const count = layout.bytes.readUInt32BE(8);
  const starts: EntryStart[] = [];
  let previous: IndexEntry | undefined;
  while (starts.length < count) {
    const entry = entryAt(previous?.end ?? HEADER_BYTES, previous, layout);
    if (entry === undefined) break;
    yield entry.name;
    if (previous !== undefined && !isBehind(entry, previous)) break;
    starts.push({ at: entry.at, isWhole: entry.isWhole });
    previous = entry;
  }
  const end = previous?.end ?? HEADER_BYTES;
  if (starts.length < count || !isTailOf(starts, layout, end)) yield undefined;
}

const UNREADABLE: IndexFault = { kind: 'unreadable' };

const SIGNATURE = 'DIRC';

/** The signature, the version and the number of entries. */
const HEADER_BYTES = 12;

const HASH_BYTES = { sha1: 20, sha256: 32 } as const;

/** A name in a path that git gives to nothing below a work tree; the last one is what NTFS calls `.git`. */
const STRANGE_PART = /(?:^|\/)(?:\.{0,2}|\.git|git~1)(?:\/|$)/i;

/** Between two turns of the event loop. */
const CHARACTERS_AT_ONCE = 256 * 1024;

/** What an entry costs beside its name. */
const ENTRY_COST = 16;
