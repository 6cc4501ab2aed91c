import { MAX_PATH_BYTES } from '../files/paths.js';

/** An index of git, and how its entries are written. */
export interface IndexLayout {
  readonly bytes: Buffer;
  /** From 2 to 4. */
  readonly version: number;
  /** Of a hash of the objects of its repository. */
  readonly hashBytes: number;
}

/** An entry as git writes it. */
export interface IndexEntry {
  readonly at: number;
  /** Behind it. */
  readonly end: number;
  readonly name: string;
  /** Which side of a conflict it is of; 0 for none. */
  readonly stage: number;
  /** Whether its name is written whole, and not as the end of the one before. */
  readonly isWhole: boolean;
}

/**
 * The entry that begins there; undefined where git would have written none like it. What git reads in another way than a look is always
 * among that: both have to find the same names in the same bytes.
 * @param previous The one before, if any.
 */
export function entryAt(
  at: number,
  previous: IndexEntry | undefined,
  { bytes, version, hashBytes }: IndexLayout,
): IndexEntry | undefined {
  const flagsAt = at + STAT_BYTES + hashBytes;
  if (flagsAt + 4 > bytes.length) return undefined;
  const flags = bytes.readUInt16BE(flagsAt);
  const isExtended = (flags & EXTENDED) !== 0;
  if (isExtended && !isExtension(bytes.readUInt16BE(flagsAt + 2), version)) return undefined;
  const before = version === 4 ? (previous?.name ?? '') : undefined;
  const found = nameAt(flagsAt + (isExtended ? 4 : 2), before, bytes);
  if (found === undefined || !isLength(flags & LENGTH, found.name)) return undefined;
  const end = found.end + (version === 4 ? 1 : ALIGNMENT - ((found.end - at) % ALIGNMENT));
  if (!isPadding(bytes, found.end, end)) return undefined;
  return { ...found, at, end, stage: (flags & STAGE) >> STAGE_SHIFT };
}

function isPadding(bytes: Buffer, from: number, to: number): boolean {
  return to <= bytes.length && bytes.subarray(from, to).every((byte) => byte === 0);
}

/** A name, which ends before a zero. @param previous Undefined where names are written whole. */
function nameAt(
  at: number,
  previous: string | undefined,
  bytes: Buffer,
): Pick<IndexEntry, 'name' | 'isWhole' | 'end'> | undefined {
  const kept = keptOf(previous, bytes, at);
  if (kept === undefined) return undefined;
  const end = bytes.indexOf(0, kept.end);
  const name = kept.text + bytes.toString('latin1', kept.end, Math.min(end, kept.end + MAX_PATH_BYTES));
  if (end === -1 || name.length >= MAX_PATH_BYTES) return undefined;
  return { name, isWhole: kept.text === '', end };
}

/** Git reads more flags in any version, writes them from version 3 on, and knows these alone. */
function isExtension(flags: number, version: number): boolean {
  return version > 2 && (flags & ~EXTENDED_FLAGS) === 0;
}

/**
 * Whether git writes one behind the other: by names, and those of a conflict by their sides. Those of a split index that take the place of
 * others have none.
 */
export function isBehind({ name, stage }: IndexEntry, previous: IndexEntry): boolean {
  if (name === previous.name) return name === '' || stage > previous.stage;
  return name > previous.name;
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

/** What is known of the file of an entry, before its hash. */
const STAT_BYTES = 40;

const EXTENDED = 0x4000;
const STAGE = 0x3000;
const STAGE_SHIFT = 12;
const LENGTH = 0xfff;
const ALIGNMENT = 8;

/** Not checked out (sparse), and not added yet. */
const EXTENDED_FLAGS = 0x6000;
