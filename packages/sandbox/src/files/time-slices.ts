import { SCAN_SLICE_MS } from '../limits.js';

/** The time of the program that looks at files. */
export interface TurnClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Settles when the event loop has done what waits. */
  turn(): Promise<void>;
}

/** Keeps a search from having the event loop for itself, and tells when it has taken too long. It begins with its creation. */
export class TimeSlices {
  readonly #clock: TurnClock;
  readonly #deadlineMs: number;
  #sliceEndMs: number;

  constructor(clock: TurnClock, limitMs: number) {
    this.#clock = clock;
    this.#deadlineMs = clock.now() + limitMs;
    this.#sliceEndMs = clock.now() + SCAN_SLICE_MS;
  }

  /** Whether the event loop was kept long enough. */
  get isOver(): boolean {
    return this.#clock.now() >= this.#sliceEndMs;
  }

  /** Lets others have the event loop. @returns false when the search has taken too long. */
  async next(): Promise<boolean> {
    await this.#clock.turn();
    this.#sliceEndMs = this.#clock.now() + SCAN_SLICE_MS;
    return this.#clock.now() < this.#deadlineMs;
  }
}
