import { ExecError, fromWireError, MAX_KEPT_ANSWERS, toWireError } from '@holdfast/exec-protocol';
import { KeptBytes } from './kept-budget.js';

interface Kept {
  readonly fingerprint: string;
  /** Gives what is known, or what is waited for. */
  answer: () => Promise<unknown>;
  /** What it counts for: itself and, once it is known, the answer. */
  bytes: number;
}

/** What an answer takes beside its content. */
const ENTRY_BYTES = 256;

/** A text that is kept takes as many for each UTF-16 unit. */
const UNIT_BYTES = 2;

/**
 * Carries out each request of one client once, however often it is sent, and answers every repeat like the first.
 *
 * Ids rise over all connections of the client. An answer is kept until the client has acknowledged it; an id whose answer
 * is not kept is never carried out again. Failures are kept as they travel, and repeats get them so.
 */
export class KeptAnswers {
  readonly #limit: number;
  readonly #bytes: KeptBytes;
  readonly #kept = new Map<number, Kept>();
  #highestId = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  /** @param bytes What the session of the client keeps. */
  constructor(bytes: KeptBytes = new KeptBytes(), limit: number = MAX_KEPT_ANSWERS) {
    this.#bytes = bytes;
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
    this.#checkRoom();
    this.#highestId = id;
    const answer = run();
    this.#keep(id, fingerprint, answer);
    return answer;
  }

  /** The client has the answers up to `upToId`, but for those to `unanswered`. */
  acknowledge(upToId: number, unanswered: readonly number[]): void {
    const wanted = new Set(unanswered);
    for (const [id, kept] of this.#kept) {
      if (id > upToId) return;
      if (!wanted.has(id)) this.#forget(id, kept);
    }
  }

  /** The session has ended: nothing is repeated any more. */
  close(): void {
    this.#isClosed = true;
    for (const [id, kept] of this.#kept) this.#forget(id, kept);
  }

  #checkRoom(): void {
    const isFull = this.#kept.size >= this.#limit;
    if (!isFull && !this.#bytes.isFull) return;
    const waiting = isFull ? `${String(this.#limit)} answers wait` : 'answers that take too much memory wait';
    throw new ExecError(
      'limitExceeded',
      `${waiting} to be acknowledged; send session/acknowledge, then try again`,
    );
  }

  #keep(id: number, fingerprint: string, answer: Promise<unknown>): void {
    if (this.#isClosed) return;
    const kept: Kept = { fingerprint, answer: () => answer, bytes: ENTRY_BYTES };
    this.#kept.set(id, kept);
    this.#bytes.add(kept.bytes);
    const settled = (content: unknown, again: () => Promise<unknown>): void => {
      kept.answer = again;
      if (this.#kept.get(id) === kept) this.#count(kept, content);
    };
    answer.then(
      (result) => {
        settled(result, () => Promise.resolve(result));
      },
      (error: unknown) => {
        const told = toWireError(error);
        settled(told, () => Promise.reject(fromWireError(told)));
      },
    );
  }

  #count(kept: Kept, content: unknown): void {
    const bytes = UNIT_BYTES * JSON.stringify(content).length;
    kept.bytes += bytes;
    this.#bytes.add(bytes);
  }

  #forget(id: number, kept: Kept): void {
    this.#kept.delete(id);
    this.#bytes.add(-kept.bytes);
  }
}

function answerOf(id: number, kept: Kept, fingerprint: string): Promise<unknown> {
  if (kept.fingerprint === fingerprint) return kept.answer();
  throw new ExecError(
    'replayConflict',
    `the id ${String(id)} was used before for another request; give each request an id of its own`,
  );
}
