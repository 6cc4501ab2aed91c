import { ExecError } from '@holdfast/exec-protocol';
import { SMALL_LISTING_BYTES } from '../../listing-up-to.js';
import type { AnswerRoom } from './answer-room.js';

/**
 * Makes a listing in little room, which is enough for most, and a longer one again in the room that any may take.
 * @param listUpTo Answers null where it would be longer. A helper may be one that a command has made say so of any.
 * @throws ExecError `fileTooLarge`, and what `listUpTo` throws.
 */
export async function listInRoom<T>(
  room: Pick<AnswerRoom, 'use'>,
  mostBytes: number,
  listUpTo: (limitBytes: number) => Promise<{ readonly listing: T | null }>,
): Promise<T> {
  for (const limit of [SMALL_LISTING_BYTES, mostBytes]) {
    const { listing } = await room.use(limit, () => listUpTo(limit));
    if (listing !== null) return listing;
  }
  throw new ExecError('fileTooLarge', `the listing takes more than ${mostBytes} bytes; list less at once`);
}
