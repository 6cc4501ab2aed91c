/** What the index of a repository has that git never writes. */
export type IndexFault =
  /** A path by which git would write elsewhere than below the work tree, or into the directory of a repository. */
  | { readonly kind: 'strangeName'; readonly name: string }
  /** It is not as git writes it. */
  | { readonly kind: 'unreadable' };

/**
 * Looks through the names in an index, of version 2 to 4, with hashes of either length. Git checks names when it takes them
 * down, and not when it reads them again (gitformat-index(5)).
 */
export function faultOfIndex(bytes: Buffer): IndexFault | undefined {
  if (bytes.length < HEADER_BYTES || bytes.toString('latin1', 0, 4) !== SIGNATURE) return UNREADABLE;
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return UNREADABLE;
  for (const hashBytes of HASH_BYTES) {
    const names = namesIn(bytes, version, hashBytes);
    if (names === undefined) continue;
    const name = names.find(isStrangeName);
    return name === undefined ? undefined : { kind: 'strangeName', name };
  }
  return UNREADABLE;
}

/** Whether git takes no such path down: it leads out of the work tree, or into the directory of a repository. */
export function isStrangeName(name: string): boolean {
  return name.split('/').some((part) => STRANGE_PARTS.has(part.toLowerCase()) || part === '') && name !== '';
}

/** Undefined where it has other hashes, or is not as git writes it. */
function namesIn(bytes: Buffer, version: number, hashBytes: number): readonly string[] | undefined {
  const names: string[] = [];
  const count = bytes.readUInt32BE(8);
  let at = HEADER_BYTES;
  let previous = '';
  for (let entry = 0; entry < count; entry += 1) {
    const start = at;
    const flagsAt = start + STAT_BYTES + hashBytes;
    if (flagsAt + 4 > bytes.length) return undefined;
    const flags = bytes.readUInt16BE(flagsAt);
    at = flagsAt + (version > 2 && (flags & EXTENDED) !== 0 ? 4 : 2);
    const kept = version === 4 ? keptOf(previous, bytes, at) : { text: '', end: at };
    const end = bytes.indexOf(0, kept.end);
    if (end === -1) return undefined;
    const name = kept.text + bytes.toString('latin1', kept.end, end);
    const length = flags & LENGTH;
    if (length === LENGTH ? name.length < LENGTH : name.length !== length) return undefined;
    names.push(name);
    previous = name;
    at = version === 4 ? end + 1 : start + Math.floor((end - start + ALIGNMENT) / ALIGNMENT) * ALIGNMENT;
  }
  return names;
}

/** What a name of version 4 has in common with the one before, and where the rest of it begins. */
function keptOf(
  previous: string,
  bytes: Buffer,
  start: number,
): { readonly text: string; readonly end: number } {
  let at = start;
  let byte = bytes[at] ?? 0;
  let dropped = byte & 127;
  while ((byte & 128) !== 0) {
    at += 1;
    byte = bytes[at] ?? 0;
    dropped = (dropped + 1) * 128 + (byte & 127);
  }
  return { text: previous.slice(0, Math.max(0, previous.length - dropped)), end: at + 1 };
}

const UNREADABLE: IndexFault = { kind: 'unreadable' };

const SIGNATURE = 'DIRC';

/** The signature, the version and the number of entries. */
const HEADER_BYTES = 12;

/** What is known of the file of an entry, before its hash. */
const STAT_BYTES = 40;

/** Of SHA-1 and SHA-256. */
const HASH_BYTES = [20, 32];

const EXTENDED = 0x4000;
const LENGTH = 0xfff;
const ALIGNMENT = 8;

/** The last one is what NTFS calls the first. */
const STRANGE_PARTS: ReadonlySet<string> = new Set(['.git', '.', '..', 'git~1']);
