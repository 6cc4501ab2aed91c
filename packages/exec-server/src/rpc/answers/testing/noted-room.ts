import type { AnswerRoom } from '../answer-room.js';

/** A room for everybody at once. @param onUse Is told of how many bytes are asked for. @param gone Fires when the connection has gone. */
export function notedRoom(
  onUse: (bytes: number) => void,
  gone: AbortSignal = new AbortController().signal,
): Pick<AnswerRoom, 'use'> {
  return {
    use: (bytes, work) => {
      onUse(bytes);
      return work(gone);
    },
  };
}
