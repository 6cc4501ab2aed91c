import type { Clock, Timer } from '../clock.js';

/** A clock that stands still until a test moves it. */
export class TestClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly run: () => void }>();

  /** Timers that are set and have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): Timer {
    const timer = { at: this.#now + delayMs, run };
    this.#timers.add(timer);
    return {
      cancel: () => {
        this.#timers.delete(timer);
      },
    };
  }

  /** Turns pass by themselves. */
  nextTurn(run: () => void): void {
    setImmediate(run);
  }

  /** Moves time on and fires what is due, in order; also what is due a little later, as real timers sometimes do. */
  advance(byMs: number, { firesEarlyMs = 0 }: { readonly firesEarlyMs?: number } = {}): void {
    this.#now += byMs;
    const until = this.#now + firesEarlyMs;
    const due = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
    for (const timer of due) {
      if (this.#timers.delete(timer)) timer.run();
    }
  }

  /** Moves time on as it goes while a program runs: timers that others set are fired as well. */
  advanceInSteps(byMs: number, stepMs = 100): void {
    for (let left = byMs; left > 0; left -= stepMs) this.advance(Math.min(left, stepMs));
  }

  /** Moves time on and fires nothing: the program has not looked at the clock yet. */
  passUnnoticed(byMs: number): void {
    this.#now += byMs;
  }
}
