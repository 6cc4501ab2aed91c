/** A timer that has been set. */
export interface Timer {
  cancel(): void;
}

/** Time as the client sees it; tests move it by hand. */
export interface Clock {
  /** Milliseconds that only ever rise. */
  now(): number;
  /** Calls `run` once, `delayMs` from now. */
  after(delayMs: number, run: () => void): Timer;
}

// Platforms take a longer delay for no delay at all.
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(delayMs, LONGEST_DELAY_MS));
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  },
};
