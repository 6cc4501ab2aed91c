import { setImmediate as turn } from 'node:timers/promises';
import { MAX_PATH_BYTES } from '../files/paths.js';
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
  for (const name of namesIn(bytes, version, HASH_BYTES[hash])) {
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
function* namesIn(bytes: Buffer, version: number, hashBytes: number): Generator<string | undefined, void> {
  const count = bytes.readUInt32BE(8);
  let at = HEADER_BYTES;
  let previous = '';
  const starts: EntryStart[] = [];
  while (starts.length < count) {
    const start = at;
    const flagsAt = start + STAT_BYTES + hashBytes;
    if (flagsAt + 4 > bytes.length) break;
    const flags = bytes.readUInt16BE(flagsAt);
    at = flagsAt + flagBytesOf(flags, version);
    const kept = keptOf(version === 4 ? previous : undefined, bytes, at);
    if (kept === undefined) break;
    const end = bytes.indexOf(0, kept.end);
    const name = kept.text + bytes.toString('latin1', kept.end, Math.min(end, kept.end + MAX_PATH_BYTES));
    if (end === -1 || name.length >= MAX_PATH_BYTES || !isLength(flags & LENGTH, name)) break;
    yield name;
    starts.push({ at: start, isWhole: kept.text === '' });
    previous = name;
    at = version === 4 ? end + 1 : start + Math.floor((end - start + ALIGNMENT) / ALIGNMENT) * ALIGNMENT;
  }
  if (starts.length < count || !isTailOf(starts, bytes, at, hashBytes)) yield undefined;
}

/** Since version 3 there may be more of them. */
function flagBytesOf(flags: number, version: number): number {
  return version > 2 && (flags & EXTENDED) !== 0 ? 4 : 2;
}

/** Longer names than can be told there are told as the longest. */
function isLength(told: number, name: string): boolean {
  return told === LENGTH ? name.length >= LENGTH : name.length === told;
}

/**
 * What a name has in common with the one before, and where the rest of it begins; undefined for more than there is.
 * @param previous Undefined where names are written whole, as before version 4.
 */
function keptOf(
  previous: string | undefined,
  bytes: Buffer,
  start: number,
): { readonly text: string; readonly end: number } | undefined {
  if (previous === undefined) return { text: '', end: start };
  let at = start;
  let byte = bytes[at] ?? 0;
  let dropped = byte & 127;
  while ((byte & 128) !== 0 && dropped <= previous.length) {
    at += 1;
    byte = bytes[at] ?? 0;
    dropped = (dropped + 1) * 128 + (byte & 127);
  }
  if (dropped > previous.length) return undefined;
  return { text: previous.slice(0, previous.length - dropped), end: at + 1 };
}

const UNREADABLE: IndexFault = { kind: 'unreadable' };

const SIGNATURE = 'DIRC';

/** The signature, the version and the number of entries. */
const HEADER_BYTES = 12;

/** What is known of the file of an entry, before its hash. */
const STAT_BYTES = 40;

const HASH_BYTES = { sha1: 20, sha256: 32 } as const;

const EXTENDED = 0x4000;
const LENGTH = 0xfff;
const ALIGNMENT = 8;

/** A name in a path that git gives to nothing below a work tree; the last one is what NTFS calls `.git`. */
const STRANGE_PART = /(?:^|\/)(?:\.{0,2}|\.git|git~1)(?:\/|$)/i;

/** Between two turns of the event loop. */
const CHARACTERS_AT_ONCE = 256 * 1024;

/** What an entry costs beside its name. */
const ENTRY_COST = 16;
