import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { ExecError } from '@holdfast/exec-protocol';
import type { Digest, LocalPath } from '../transfer/local-files.js';

/**
 * The content of a file from an offset on, in pieces of which all but the last have the same size. A link is refused, and so is
 * a pipe that has taken the place of a file: nobody waits for a writer.
 */
export async function* contentOf(path: LocalPath, blockBytes: number, from = 0): AsyncGenerator<Uint8Array> {
  const handle = await open(
    Buffer.from(path),
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  );
  try {
    if (!(await handle.stat()).isFile())
      throw new ExecError('notAFile', `${Buffer.from(path).toString()} is not a regular file`);
    for (let at = from; ; at += blockBytes) {
      const block = Buffer.allocUnsafe(blockBytes);
      const filled = await fill(handle, block, at);
      if (filled > 0) yield block.subarray(0, filled);
      if (filled < blockBytes) return;
    }
  } finally {
    await handle.close();
  }
}

/** A SHA-256 that grows. */
export function sha256(): Digest {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.copy().digest('hex') };
}

async function fill(handle: FileHandle, block: Buffer, at: number): Promise<number> {
  let filled = 0;
  while (filled < block.length) {
    const { bytesRead } = await handle.read(block, filled, block.length - filled, at + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
