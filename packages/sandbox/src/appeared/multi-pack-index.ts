import { setImmediate as turn } from 'node:timers/promises';
import { readBytesAt } from '../files/read-small-file.js';
import type { ChangeLook } from './change-look.js';
import { shown } from './findings.js';

/** Whether git takes an entry of a repository for an index of several packs. */
export function isMultiPackIndex(path: string): boolean {
  return MULTI_PACK_INDEX.test(path);
}

/** Tells of one with a name that leads out of the directory of packs, or that is not as git writes it (gitformat-pack(5)). */
export async function tellMultiPackIndex(
  path: string,
  _directory: string,
  { budget, findings }: ChangeLook,
): Promise<void> {
  // However small they are, others have the loop between two of them.
  await turn();
  const fault = faultOf(path, budget);
  if (fault === undefined) return;
  findings.add(
    'gitState',
    path,
    (at) =>
      `${at} ${fault}, and git maintenance or git multi-pack-index outside removes packs where it says; remove it`,
  );
}

function faultOf(path: string, budget: { packNameBytes: number }): string | undefined {
  const chunk = chunkOfNames(path, budget.packNameBytes);
  if (chunk === undefined) return UNREAD;
  budget.packNameBytes -= chunk.bytes.length;
  let at = 0;
  for (let left = chunk.packs; left > 0; left -= 1) {
    const end = chunk.bytes.indexOf(0, at);
    if (end <= at) return UNREAD;
    const name = chunk.bytes.toString('utf8', at, end);
    if (name.includes('/')) return `names the pack ${JSON.stringify(shown(name))}`;
    at = end + 1;
  }
  return chunk.bytes.subarray(at).some((byte) => byte !== 0) ? UNREAD : undefined;
}

/** Each name ends in a zero byte, and more of these fill the chunk. Undefined where not all of it is there, or it is too much. */
function chunkOfNames(path: string, maxBytes: number): { bytes: Buffer; packs: number } | undefined {
  const head = readBytesAt(path, 0, HEADER_BYTES + (MAX_CHUNKS + 1) * ENTRY_BYTES);
  const entry = head && entryOfNames(head);
  if (head === undefined || entry === undefined) return undefined;
  const from = Number(head.readBigUInt64BE(entry + 4));
  const size = Number(head.readBigUInt64BE(entry + ENTRY_BYTES + 4)) - from;
  if (size < 0 || size > maxBytes) return undefined;
  const bytes = readBytesAt(path, from, size);
  return bytes?.length === size ? { bytes, packs: head.readUInt32BE(8) } : undefined;
}

/** Where the table of chunks says where the names are. */
function entryOfNames(head: Buffer): number | undefined {
  if (head.length < HEADER_BYTES || head.toString('latin1', 0, 4) !== SIGNATURE) return undefined;
  const tableEnd = HEADER_BYTES + head.readUInt8(6) * ENTRY_BYTES;
  if (head.length < tableEnd + ENTRY_BYTES) return undefined;
  const found: number[] = [];
  for (let at = HEADER_BYTES; at < tableEnd; at += ENTRY_BYTES) {
    if (head.toString('latin1', at, at + 4) === NAMES) found.push(at);
  }
  // Which of two git goes by depends on its version.
  return found.length === 1 ? found[0] : undefined;
}

const UNREAD = 'is not as git writes it, or names too many packs';

const MULTI_PACK_INDEX = /\/objects\/pack\/(?:multi-pack-index|multi-pack-index\.d\/[^/]+\.midx)$/;

const SIGNATURE = 'MIDX';

/** A signature, a version, that of the hash, how many chunks and bases, and how many packs. */
const HEADER_BYTES = 12;

/** What a byte can count. */
const MAX_CHUNKS = 255;

/** The name of a chunk, and where it begins. */
const ENTRY_BYTES = 12;

const NAMES = 'PNAM';
