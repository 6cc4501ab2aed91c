import type { SetUpClock } from '../set-up.js';

/** Time that stands still until a test moves it. */
export class SetUpTime implements SetUpClock {
  #nowMs = 0;
  readonly #timers = new Set<{ readonly atMs: number; readonly run: () => void }>();

  /** Timers that are set and have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): { cancel(): void } {
    const timer = { atMs: this.#nowMs + delayMs, run };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  /** Moves it on, and fires what is due. */
  advance(byMs: number): void {
    this.#nowMs += byMs;
    for (const timer of this.#timers)
      if (timer.atMs <= this.#nowMs && this.#timers.delete(timer)) timer.run();
  }

  /** Moves it on while the program is too busy for its timers. */
  passUnnoticed(byMs: number): void {
    this.#nowMs += byMs;
  }
}
