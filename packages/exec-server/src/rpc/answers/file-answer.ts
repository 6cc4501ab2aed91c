import {
  base64Length,
  CONTENT_SLICE_BYTES,
  ContentAnswerWriter,
  MAX_READ_FILE_BYTES,
  type ResultOf,
  type WireId,
} from '@holdfast/exec-protocol';
import type { FileBlocks } from '../../confined-files.js';
import { type fsReadFileUpTo, SMALL_FILE_BYTES } from '../../file-up-to.js';
import { tooLarge } from '../../fs/file-content.js';
import type { NativePath } from '../../fs/native-path.js';
import type { AnswerRoom } from './answer-room.js';

/** A file that somebody wants whole. */
export interface WholeFile {
  readonly path: NativePath;
  /** Its content where it is no longer. @throws ExecError `fileTooLarge` for one that is larger than any answer. */
  readUpTo(limitBytes: number): Promise<ResultOf<typeof fsReadFileUpTo>>;
  /** Does `read` with the file open. */
  withBlocks<T>(read: (blocks: Pick<FileBlocks, 'read'>) => Promise<T>): Promise<T>;
}

/**
 * Reads a file in the room that it needs, and no more of it than there is room for: under its name may be a larger one by
 * the time that it is read. A large one is read in blocks, so that others have their turns in between.
 * @returns the content of a small one, and of a large one the message that answers the request.
 * @throws ExecError `fileTooLarge`, why it cannot be read, and what `room` throws.
 */
export async function answerFile(
  room: Pick<AnswerRoom, 'use'>,
  file: WholeFile,
  id: WireId,
): Promise<Uint8Array | readonly Uint8Array[]> {
  const small = await room.use(base64Length(SMALL_FILE_BYTES), () => file.readUpTo(SMALL_FILE_BYTES));
  if (small.isWhole) return small.dataBase64;
  for (let { size } = small, limit = SMALL_FILE_BYTES; limit < MAX_READ_FILE_BYTES; ) {
    // Twice as much at least, so that nobody keeps it at this for long.
    limit = Math.min(Math.max(size, 2 * limit), MAX_READ_FILE_BYTES);
    const message = await room.use(base64Length(limit), (gone) =>
      file.withBlocks((blocks) => readBlocks(blocks, limit, id, gone)),
    );
    if (message !== undefined) return message;
    ({ size } = await file.readUpTo(0));
  }
  throw tooLarge(file.path, MAX_READ_FILE_BYTES);
}

/** @returns undefined for a file of more than `limitBytes`. */
async function readBlocks(
  blocks: Pick<FileBlocks, 'read'>,
  limitBytes: number,
  id: WireId,
  gone: AbortSignal,
): Promise<readonly Uint8Array[] | undefined> {
  const answer = new ContentAnswerWriter(id, 'dataBase64');
  for (let offset = 0; ; ) {
    gone.throwIfAborted();
    const { chunk, eof } = await blocks.read(offset, CONTENT_SLICE_BYTES);
    offset += chunk.length;
    if (offset > limitBytes) return undefined;
    answer.write(chunk);
    if (eof) return answer.finish();
  }
}
