import { constants, type Stats } from 'node:fs';
import { copyFile, type FileHandle } from 'node:fs/promises';
import { platform } from 'node:os';
import { COPY_TURN_BYTES, MAX_COPIES_AT_ONCE } from '@holdfast/exec-protocol';
import { Turns } from '../../turns.js';
import { errnoOf } from '../file-error.js';
import type { NativePath } from '../native-path.js';
import { standing } from '../no-follow.js';

/** One end of a copy: a regular file that is open. */
export interface CopyEnd {
  readonly handle: FileHandle;
  /** By which it was opened. */
  readonly at: NativePath;
}

/** A file that is copied, and what was seen of it once it was open. */
export interface CopySource extends CopyEnd {
  readonly found: Pick<Stats, 'size'>;
}

/**
 * Gives a file the content and the permissions of another one, where the system can by sharing what lies on the disk (Linux).
 * Otherwise it goes block by block, since a thread that copies for the system cannot be called off; what is only zeros stays
 * a hole. Large files of a server take turns. A file onto itself stays as it is.
 * @throws Error of the system; the reason of `over`, as soon as that fires.
 */
export async function copyContent(source: CopySource, target: CopyEnd, over: AbortSignal): Promise<void> {
  if (platform() !== 'linux') await copyFile(source.at, target.at, constants.COPYFILE_FICLONE);
  else if (!(await isShared(source, target))) await copyInTurns(source, target, over);
}

/** Whether nothing is left to be copied; otherwise the target is empty and has its permissions. */
async function isShared({ handle: source }: CopyEnd, { handle: target }: CopyEnd): Promise<boolean> {
  try {
    await copyFile(standing(source), standing(target), constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch (error) {
    // Sharing is the last thing that is tried.
    if (UNSHARED.has(errnoOf(error))) return false;
    throw error;
  }
}

/** What the system says of files that cannot share what lies on a disk. */
const UNSHARED: ReadonlySet<string | undefined> = new Set([
  'EOPNOTSUPP',
  'ENOTSUP',
  'EXDEV',
  'EINVAL',
  'ENOTTY',
  'ENOSYS',
  'EBADF',
  'ETXTBSY',
]);

async function copyInTurns(source: CopySource, target: CopyEnd, over: AbortSignal): Promise<void> {
  const { size } = source.found;
  if (size <= BLOCK_BYTES) {
    await copyBlocks([source, target], 0, size, over);
    return;
  }
  for (let at = 0; at < size; at += COPY_TURN_BYTES) {
    const end = Math.min(at + COPY_TURN_BYTES, size);
    const isThere = await turns.take(over, () => copyBlocks([source, target], at, end, over));
    // Somebody has made it shorter meanwhile.
    if (!isThere) return;
  }
}

const BLOCK_BYTES = 256 * 1024;

const turns = new Turns(MAX_COPIES_AT_ONCE);

/** @returns whether all of the bytes were there. */
async function copyBlocks(
  [{ handle: source }, { handle: target }]: readonly [CopyEnd, CopyEnd],
  from: number,
  end: number,
  over: AbortSignal,
): Promise<boolean> {
  const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, end - from));
  let at = from;
  let isHole = false;
  while (at < end) {
    over.throwIfAborted();
    const { bytesRead } = await source.read(block, 0, Math.min(block.length, end - at), at);
    if (bytesRead === 0) break;
    const bytes = block.subarray(0, bytesRead);
    isHole = isZero(bytes);
    if (!isHole) await writeAll(target, bytes, at);
    at += bytesRead;
  }
  if (isHole) await target.truncate(at);
  return at === end;
}

async function writeAll(target: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await target.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}

const ZEROS = Buffer.alloc(BLOCK_BYTES);

function isZero(bytes: Uint8Array): boolean {
  return ZEROS.subarray(0, bytes.length).equals(bytes);
}
