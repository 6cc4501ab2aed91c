import { SCAN_SLICE_MS } from '../limits.js';

/** The time of the program that looks at files. */
export interface TurnClock {
  /** Milliseconds that only ever rise. */
  now(): number;
  /** Settles when the event loop has done what waits. @param had How many turns the search has had. */
  turn(had: number): Promise<void>;
}

/** Keeps a search from having the event loop for itself. */
export class TimeSlices {
  readonly #clock: TurnClock;
  #sliceEndMs: number;
  #had = 0;

  constructor(clock: TurnClock) {
    this.#clock = clock;
    this.#sliceEndMs = clock.now() + SCAN_SLICE_MS;
  }

  /** Whether the event loop was kept long enough. */
  get isOver(): boolean {
    return this.#clock.now() >= this.#sliceEndMs;
  }

  /** Lets others have the event loop. */
  async next(): Promise<void> {
    await this.#clock.turn(this.#had);
    this.#had += 1;
    this.#sliceEndMs = this.#clock.now() + SCAN_SLICE_MS;
  }
}
