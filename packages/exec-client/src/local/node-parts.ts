import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { lstat, rename, rm } from 'node:fs/promises';
import { kill, pid } from 'node:process';
import { PARTIAL_FILE_TTL_MS } from '@holdfast/exec-protocol';
import { isPartial } from '../transfer/partial-file.js';
import { codeOf } from './node-path.js';
import { startOf } from './process-start.js';

/** A name for a file that this process alone writes to. Two of them must not write to one file, so it says which one does. */
export async function ownPartName(key: string): Promise<Buffer> {
  ownStart ??= startOf(pid);
  return partName(key, pid, (await ownStart) ?? UNKNOWN);
}

/** A name for a file that nobody writes to any more. */
export function nobodysPartName(key: string): Buffer {
  return partName(key, NOBODY, UNKNOWN);
}

/** Makes the longest of what was left one's own; what else was left by the same copy is of no use any more. */
export async function claim(
  directory: Buffer,
  own: Buffer,
  names: readonly string[],
  key: string,
): Promise<void> {
  const left: { readonly path: Buffer; readonly size: number }[] = [];
  for (const name of names) {
    const owner = ownerOf(name, key);
    if (owner === undefined || (await isAlive(owner))) continue;
    const path = Buffer.concat([directory, Buffer.from(name, 'latin1')]);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isFile() === true) left.push({ path, size: found.size });
  }
  left.sort((one, other) => other.size - one.size);
  let isClaimed = false;
  for (const { path } of left) {
    if (isClaimed) await rm(path, { force: true });
    // Of two who want it one finds it gone.
    else isClaimed = await rename(path, own).then(() => true, isGone);
  }
}

/** Removes what others have left long ago. */
export async function sweep(directory: Buffer, names: readonly string[], nowMs: number): Promise<void> {
  for (const name of names.filter(isPartial)) {
    const path = Buffer.concat([directory, Buffer.from(name, 'latin1')]);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isFile() === true && nowMs - found.mtimeMs > PARTIAL_FILE_TTL_MS)
      await rm(path, { force: true });
  }
}

interface Owner {
  readonly pid: number;
  /** As `startOf` tells it. */
  readonly start: string;
}

const NOBODY = 0;
const UNKNOWN = '0';
const NAME_BYTES = 4;

let ownStart: Promise<string | undefined> | undefined;

function partName(key: string, owner: number, start: string): Buffer {
  const unique = randomBytes(NAME_BYTES).toString('hex');
  return Buffer.from(`.holdfast-${key}-${String(owner)}-${start}-${unique}.part`);
}

function ownerOf(name: string, key: string): Owner | undefined {
  const found = new RegExp(`^\\.holdfast-${key}-(\\d+)-([0-9a-f]+)-[0-9a-f]+\\.part$`).exec(name);
  const [, owner, start] = found ?? [];
  return owner === undefined || start === undefined ? undefined : { pid: Number(owner), start };
}

/** Numbers are used again, in a container for the very next process, so a number alone proves nothing. */
async function isAlive(owner: Owner): Promise<boolean> {
  if (owner.pid === NOBODY) return false;
  try {
    kill(owner.pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  const start = await startOf(owner.pid);
  // Where the system does not say, whoever has the number is taken for the owner.
  return start === undefined || owner.start === UNKNOWN || start === owner.start;
}

function isGone(error: unknown): false {
  if (codeOf(error) === 'ENOENT') return false;
  throw error;
}
