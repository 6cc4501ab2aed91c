/** A timer that has been set. */
export interface Timer {
  cancel(): void;
}

/** Time as the server sees it; tests move it by hand. */
export interface Clock {
  /** Milliseconds that only ever rise. */
  now(): number;
  /** Calls `run` once, `delayMs` from now. Never keeps the program alive. */
  after(delayMs: number, run: () => void): Timer;
  /** Calls `run` once, after all input of this turn of the event loop. */
  nextTurn(run: () => void): void;
}

// Node takes a longer delay for no delay at all.
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, run) {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number): void => {
      const nowMs = Math.min(leftMs, LONGEST_DELAY_MS);
      timer = setTimeout(
        nowMs === leftMs
          ? run
          : () => {
              wait(leftMs - nowMs);
            },
        nowMs,
      ).unref();
    };
    wait(delayMs);
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  },
  nextTurn(run) {
    setImmediate(run);
  },
};
