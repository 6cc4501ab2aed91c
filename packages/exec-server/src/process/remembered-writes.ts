import { createHash } from 'node:crypto';
import { ExecError, REMEMBERED_WRITES, type WriteId } from '@holdfast/exec-protocol';

/** What becomes of a write. */
export type WriteStatus = 'accepted' | 'stdinClosed';

/** Longer ids are remembered by a digest, of which each is longer than that. */
const LONG_ID = 64;

/**
 * What was answered to the last writes, by their ids, so that none is written twice. There may be many of them for each of
 * many processes, so what is known takes little memory however long its id is.
 */
export class RememberedWrites {
  /** What is not known yet is waited for. */
  readonly #answers = new Map<string, WriteStatus | 'broken' | Promise<WriteStatus>>();

  /** The answer to an earlier write with this id. */
  answerOf(id: WriteId): Promise<WriteStatus> | undefined {
    const answer = this.#answers.get(keyOf(id));
    if (answer === 'broken') return Promise.reject(brokenStdin());
    return answer === undefined ? undefined : Promise.resolve(answer);
  }

  /** @param answer Fails with `brokenStdin` alone. */
  remember(id: WriteId, answer: Promise<WriteStatus>): void {
    const key = keyOf(id);
    this.#answers.set(key, answer);
    const settle = (status: WriteStatus | 'broken'): void => {
      if (this.#answers.get(key) === answer) this.#answers.set(key, status);
    };
    // Whoever asked hears of a failure; the memory of it must not count as unhandled.
    answer.then(settle, () => {
      settle('broken');
    });
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= REMEMBERED_WRITES) break;
      this.#answers.delete(oldest);
    }
  }
}

/** The error that says that a process has ended. */
export function brokenStdin(): ExecError {
  return new ExecError('stdinBroken', 'the process has ended, its stdin takes no more bytes');
}

/** As UTF-16, since what is no text in UTF-8 would be the same for several ids. */
function keyOf(id: WriteId): string {
  return id.length <= LONG_ID ? id : createHash('sha512').update(id, 'utf16le').digest('base64url');
}
