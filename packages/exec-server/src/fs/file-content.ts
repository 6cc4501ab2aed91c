import type { FileHandle } from 'node:fs/promises';
import { decodeBase64, ExecError, MAX_READ_FILE_BYTES } from '@holdfast/exec-protocol';
import { about } from './file-error.js';
import { type NativePath, shownPath } from './native-path.js';
import { openToOverwrite, openToRead, type ReadOptions, type WriteOptions } from './open-file.js';

/**
 * The whole content of a regular file.
 * @throws ExecError `fileTooLarge` above `limitBytes`; also for a file that grows past it while it is read.
 */
export async function readFile(
  path: NativePath,
  options: ReadOptions,
  limitBytes: number = MAX_READ_FILE_BYTES,
): Promise<Uint8Array> {
  const { content } = await readUpTo(path, options, limitBytes);
  if (content === undefined) throw tooLarge(path, limitBytes);
  return content;
}

/** A regular file that was read where it is small enough. */
export interface FileUpTo {
  /** The whole of it; undefined for more bytes than were wanted. */
  readonly content: Uint8Array | undefined;
  /** In bytes, as the system said before it was read. */
  readonly size: number;
}

/** The whole content of a regular file of at most `limitBytes`. */
export async function readUpTo(
  path: NativePath,
  options: ReadOptions,
  limitBytes: number,
): Promise<FileUpTo> {
  const { handle, found } = await openToRead(path, options);
  const { size } = found;
  try {
    const content =
      size > limitBytes ? undefined : await about(path, () => contentOf(handle, size, limitBytes));
    return { content, size };
  } finally {
    await handle.close();
  }
}

/**
 * Makes or overwrites a regular file in place; the null device takes everything. @throws ExecError when the text is not
 * base64; nothing is changed then.
 */
export async function writeFile(path: NativePath, dataBase64: string, options: WriteOptions): Promise<void> {
  const decoded = decodeBase64(dataBase64);
  if (!decoded.ok) {
    throw new ExecError('invalidFileRequest', `fs/writeFile: dataBase64: ${decoded.message}`);
  }
  const { handle } = await openToOverwrite(path, options);
  try {
    await about(path, () => handle.writeFile(decoded.bytes));
  } finally {
    await handle.close();
  }
}

/** @param size As the system says: files of the kernel say 0 and have content. */
async function contentOf(handle: FileHandle, size: number, limitBytes: number): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let total = 0;
  // Some of the kernel's answer only who asks for all of it at once.
  for (let wanted = size === 0 ? PIECE_BYTES : size + 1; ; wanted = PIECE_BYTES) {
    const piece = Buffer.allocUnsafe(Math.max(Math.min(wanted, limitBytes + 1 - total), 1));
    const { bytesRead } = await handle.read(piece, 0, piece.length, null);
    total += bytesRead;
    if (total > limitBytes) return undefined;
    pieces.push(piece.subarray(0, bytesRead));
    // One that says how large it is was asked for more than that.
    if (bytesRead === 0 || total === size) return joined(pieces);
  }
}

const PIECE_BYTES = 64 * 1024;

function joined(pieces: readonly Buffer[]): Buffer {
  const [first, ...more] = pieces.filter(({ length }) => length > 0);
  return first !== undefined && more.length === 0 ? first : Buffer.concat(pieces);
}

/** The refusal of what has to be read in blocks. */
export function tooLarge(path: NativePath, limitBytes: number): ExecError {
  return new ExecError(
    'fileTooLarge',
    `${shownPath(path)} is larger than ${String(limitBytes)} bytes; open it with fs/open and read blocks`,
  );
}
