import { ExecError, MAX_KEPT_ANSWERS } from '@holdfast/exec-protocol';

interface Kept {
  readonly fingerprint: string;
  readonly answer: Promise<unknown>;
}

/**
 * Carries out each request of one client once, however often it is sent, and answers every repeat like the first.
 *
 * Ids rise over all connections of the client. An answer is kept until the client has acknowledged it; an id whose answer
 * is not kept is never carried out again.
 */
export class KeptAnswers {
  readonly #limit: number;
  readonly #kept = new Map<number, Kept>();
  #highestId = Number.NEGATIVE_INFINITY;

  constructor(limit: number = MAX_KEPT_ANSWERS) {
    this.#limit = limit;
  }

  /** How many answers are kept, those included that are not known yet. */
  get count(): number {
    return this.#kept.size;
  }

  /**
   * The answer to a request: of `run`, which is called before this returns, or the one that is kept.
   * @param fingerprint The same for the same request alone.
   * @throws ExecError `replayConflict`, `outcomeUnknown` or `limitExceeded`; then nothing was carried out by this call.
   */
  once(id: number, fingerprint: string, run: () => Promise<unknown>): Promise<unknown> {
    const kept = this.#kept.get(id);
    if (kept !== undefined) return answerOf(id, kept, fingerprint);
    if (id <= this.#highestId) {
      throw new ExecError(
        'outcomeUnknown',
        `the answer to request ${String(id)} is not kept any more; whether it was carried out is not known`,
      );
    }
    if (this.#kept.size >= this.#limit) {
      throw new ExecError(
        'limitExceeded',
        `${String(this.#limit)} answers wait to be acknowledged; send session/acknowledge, then try again`,
      );
    }
    this.#highestId = id;
    const answer = run();
    this.#kept.set(id, { fingerprint, answer });
    return answer;
  }

  /** The client has the answers up to `upToId`, but for those to `unanswered`. */
  acknowledge(upToId: number, unanswered: readonly number[]): void {
    const wanted = new Set(unanswered);
    for (const id of this.#kept.keys()) {
      if (id > upToId) return;
      if (!wanted.has(id)) this.#kept.delete(id);
    }
  }
}

function answerOf(id: number, kept: Kept, fingerprint: string): Promise<unknown> {
  if (kept.fingerprint === fingerprint) return kept.answer;
  throw new ExecError(
    'replayConflict',
    `the id ${String(id)} was used before for another request; give each request an id of its own`,
  );
}
