import { base64Length, ExecError, MAX_READ_FILE_BYTES, type ResultOf } from '@holdfast/exec-protocol';
import { type fsReadFileUpTo, SMALL_FILE_BYTES } from '../../file-up-to.js';
import type { AnswerRoom } from './answer-room.js';

/**
 * Reads a file in the room that it needs, and no more of it than there is room for: under its name may be a larger one by
 * the time that it is read.
 * @param readUpTo Refuses what is larger than any answer; a helper may be one that a command has made answer otherwise.
 * @throws ExecError `fileTooLarge`, and what `readUpTo` throws.
 */
export async function readInRoom(
  room: Pick<AnswerRoom, 'use'>,
  readUpTo: (limitBytes: number) => Promise<ResultOf<typeof fsReadFileUpTo>>,
): Promise<Uint8Array> {
  for (let limit = SMALL_FILE_BYTES; ; ) {
    const { isWhole, dataBase64, size } = await room.use(base64Length(limit), () => readUpTo(limit));
    if (isWhole) return dataBase64;
    if (limit === MAX_READ_FILE_BYTES) {
      throw new ExecError('fileTooLarge', `the file is larger than ${MAX_READ_FILE_BYTES} bytes`);
    }
    // Twice as much at least, so that nobody keeps it at this for long.
    limit = Math.min(Math.max(size, 2 * limit), MAX_READ_FILE_BYTES);
  }
}
