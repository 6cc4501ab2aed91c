import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** What the first bytes of a file are known by. */
export interface FileDigest {
  /** SHA-256 in hexadecimal. */
  readonly sha256: string;
  /** Of how many bytes it is: fewer than were asked for where the file has fewer. */
  readonly length: number;
  /** Bytes of the file. */
  readonly size: number;
}

/**
 * The digest of the first `length` bytes of a file.
 * @param wish Throws once nobody waits for it any more.
 */
export async function digestOf(
  handle: FileHandle,
  length: number,
  wish: { throwIfOver(): void },
): Promise<FileDigest> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(Math.max(1, Math.min(length, PIECE_BYTES)));
  let at = 0;
  while (at < length) {
    wish.throwIfOver();
    const { bytesRead } = await handle.read(piece, 0, Math.min(piece.length, length - at), at);
    if (bytesRead === 0) break;
    hash.update(piece.subarray(0, bytesRead));
    at += bytesRead;
  }
  return { sha256: hash.digest('hex'), length: at, size: (await handle.stat()).size };
}

// Small enough that others are served between two, since a digest is made on the one thread.
const PIECE_BYTES = 256 * 1024;
