import type { Clock } from '../clock.js';

/** Frames that a connection hands on at least when it is read, or when it is its turn. */
export const FEW_FRAMES = 8;

/** Frames beyond these that all connections of a server hand on in one turn of the event loop. */
export const FRAMES_A_TURN = 2_048;

/** A piece of an HTTP request takes the time of so many frames. */
export const FRAMES_PER_REQUEST = 32;

/** Messages that wait for a turn have had it by then; a clock has nothing shorter. */
const BEHIND_MESSAGES_MS = 1;

/** Hands on of what waits, and answers how many frames these were. @param most How many it may hand on. */
export type HandOn = (most: number) => number;

/**
 * Shares the event loop among the connections of a server that have read much at once. What they hand on in a turn is counted,
 * and not the time that it takes: what is done with messages has turns of its own, and whatever waits for one of these goes first.
 */
export class ReadTurns {
  readonly #clock: Pick<Clock, 'after' | 'nextTurn'>;
  /** Longest first. */
  readonly #waiting = new Set<HandOn>();
  #isPlanned = false;
  #left = FRAMES_A_TURN;

  constructor(clock: Pick<Clock, 'after' | 'nextTurn'>) {
    this.#clock = clock;
  }

  /** Whether this turn has room for more than a few frames of each connection. */
  get hasRoom(): boolean {
    return this.#left > 0;
  }

  /** What was read goes on at once, as far as this turn has room for it. */
  run(handOn: HandOn): void {
    this.#count(handOn(FEW_FRAMES + this.#left));
  }

  /** @param handOn Called once for what is asked until then; it may ask again. */
  ask(handOn: HandOn): void {
    this.#waiting.add(handOn);
    this.#plan();
  }

  #count(frames: number): void {
    if (frames <= FEW_FRAMES) return;
    if (this.#left === FRAMES_A_TURN) this.#clock.nextTurn(this.#renew);
    this.#left = Math.max(0, this.#left - frames);
  }

  readonly #renew = (): void => {
    this.#left = FRAMES_A_TURN;
  };

  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#clock.after(BEHIND_MESSAGES_MS, this.#serve);
  }

  readonly #serve = (): void => {
    this.#isPlanned = false;
    const each = Math.max(FEW_FRAMES, Math.floor(FRAMES_A_TURN / this.#waiting.size));
    let left = FRAMES_A_TURN;
    // Those that ask again meanwhile are behind all of these.
    let places = this.#waiting.size;
    for (const handOn of this.#waiting) {
      if (places === 0 || left <= 0) break;
      places -= 1;
      this.#waiting.delete(handOn);
      const frames = handOn(each);
      left -= Math.max(FEW_FRAMES, frames);
      this.#count(frames);
    }
    if (this.#waiting.size > 0) this.#plan();
  };
}
