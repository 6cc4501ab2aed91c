import type { IndexEntry, IndexLayout } from './git-index-entry.js';

/** Where an entry of an index begins. */
export type EntryStart = Pick<IndexEntry, 'at' | 'isWhole'>;

/**
 * Whether what follows the entries of an index has git read the very same entries: with several threads it begins where two
 * extensions say that blocks of entries do (EOIE and IEOT of gitformat-index(5)).
 * @param starts Where each entry begins. @param end Where the entries end.
 */
export function isTailOf(
  starts: readonly EntryStart[],
  { bytes, hashBytes }: Omit<IndexLayout, 'version'>,
  end: number,
): boolean {
  const limit = bytes.length - hashBytes;
  if ([SHA1_BYTES, hashBytes].some((size) => endsElsewhere(end, bytes, limit - size))) return false;
  let at = end;
  while (at + EXTENSION_HEADER_BYTES <= limit) {
    const from = at + EXTENSION_HEADER_BYTES;
    const to = from + bytes.readUInt32BE(at + 4);
    const signature = signatureAt(bytes, at);
    if (to > limit || !SIGNATURE.test(signature)) return false;
    if (signature === 'IEOT' && !areBlocksOf(starts, bytes.subarray(from, to))) return false;
    at = to;
  }
  return at === limit;
}

/**
 * Whether git would find another end of the entries. It looks at one place, whatever that belongs to, and takes what it has written for a hash as long as one of SHA-1.
 * @param hashAt Where the hash of what says so begins.
 */
function endsElsewhere(end: number, bytes: Buffer, hashAt: number): boolean {
  const at = hashAt - OFFSET_BYTES - EXTENSION_HEADER_BYTES;
  return at >= 0 && signatureAt(bytes, at) === 'EOIE' && bytes.readUInt32BE(hashAt - OFFSET_BYTES) !== end;
}

/** A version, and for each block where it begins and how many entries it has. */
function areBlocksOf(starts: readonly EntryStart[], table: Buffer): boolean {
  if (table.length < OFFSET_BYTES || (table.length - OFFSET_BYTES) % BLOCK_BYTES !== 0) return false;
  let entries = 0;
  for (let at = OFFSET_BYTES; at < table.length; at += BLOCK_BYTES) {
    const start = starts[entries];
    if (start?.at !== table.readUInt32BE(at) || !start.isWhole) return false;
    entries += table.readUInt32BE(at + OFFSET_BYTES);
  }
  return entries === starts.length;
}

function signatureAt(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, at + 4);
}

/** Git gives up an index with others, but for capital letters it does not know. */
const SIGNATURE = /^(?:[A-Z]{4}|link|sdir)$/;

/** A signature and a length. */
const EXTENSION_HEADER_BYTES = 8;

const OFFSET_BYTES = 4;
const BLOCK_BYTES = 8;
const SHA1_BYTES = 20;
