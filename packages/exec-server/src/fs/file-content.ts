import { decodeBase64, ExecError, MAX_READ_FILE_BYTES } from '@holdfast/exec-protocol';
import { about } from './file-error.js';
import { type NativePath, shownPath } from './native-path.js';
import { type LinkOptions, openToOverwrite, openToRead, type WriteOptions } from './open-file.js';

/**
 * The whole content of a regular file.
 * @throws ExecError `fileTooLarge` above `limitBytes`; also for a file that grows past it while it is read.
 */
export async function readFile(
  path: NativePath,
  options: LinkOptions,
  limitBytes: number = MAX_READ_FILE_BYTES,
): Promise<Uint8Array> {
  const handle = await openToRead(path, options);
  try {
    return await about(path, async () => {
      const { size } = await handle.stat();
      if (size > limitBytes) throw tooLarge(path, limitBytes);
      // Files of the kernel say 0 and have content.
      const pieces: Buffer[] = [];
      let total = 0;
      for (let wanted = size + 1; ; wanted = PIECE_BYTES) {
        const piece = Buffer.allocUnsafe(Math.max(Math.min(wanted, limitBytes + 1 - total), 1));
        const { bytesRead } = await handle.read(piece, 0, piece.length, null);
        if (bytesRead === 0) return pieces.length === 1 ? (pieces[0] ?? NOTHING) : Buffer.concat(pieces);
        total += bytesRead;
        if (total > limitBytes) throw tooLarge(path, limitBytes);
        pieces.push(piece.subarray(0, bytesRead));
      }
    });
  } finally {
    await handle.close();
  }
}

/** Makes or overwrites a regular file in place; the null device takes everything. @throws ExecError when the text is not base64; nothing is changed then. */
export async function writeFile(path: NativePath, dataBase64: string, options: WriteOptions): Promise<void> {
  const decoded = decodeBase64(dataBase64);
  if (!decoded.ok) {
    throw new ExecError('invalidFileRequest', `fs/writeFile: dataBase64: ${decoded.message}`);
  }
  const handle = await openToOverwrite(path, options);
  try {
    await about(path, () => handle.writeFile(decoded.bytes));
  } finally {
    await handle.close();
  }
}

const PIECE_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);

function tooLarge(path: NativePath, limitBytes: number): ExecError {
  return new ExecError(
    'fileTooLarge',
    `${shownPath(path)} is larger than ${String(limitBytes)} bytes; open it with fs/open and read blocks`,
  );
}
