import { ExecError, MAX_READERS_PER_PROCESS } from '@holdfast/exec-protocol';
import type { Clock } from '../../clock.js';
import type { EventLog } from '../log/event-log.js';
import { hasNews } from './read-page.js';

/** A read that may wait for news. */
export interface LongPoll {
  readonly afterSeq: number;
  readonly waitMs: number;
  /** Ends the wait with its reason, when the reader has gone. */
  readonly signal: AbortSignal;
}

/** The reads that wait on one log, at most 256 of them. */
export class LongPolls {
  readonly #log: EventLog;
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();

  constructor(log: EventLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
    log.onAppend(() => {
      for (const check of this.#waiting) check();
    });
  }

  /**
   * Settles when there is something to read after `afterSeq`, or when the time is over.
   * @throws ExecError `limitExceeded` when too many reads wait already; the reason of the signal.
   */
  async wait({ afterSeq, waitMs, signal }: LongPoll): Promise<void> {
    if (waitMs > 0 && !hasNews(this.#log, afterSeq)) await this.#news(afterSeq, waitMs, signal);
  }

  #news(afterSeq: number, waitMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiting.size >= MAX_READERS_PER_PROCESS) {
      throw new ExecError(
        'limitExceeded',
        `${String(MAX_READERS_PER_PROCESS)} reads wait on this process already; let one of them end first`,
      );
    }
    return new Promise((resolve, reject: (reason: unknown) => void) => {
      const stop = (): void => {
        this.#waiting.delete(check);
        timer.cancel();
        signal.removeEventListener('abort', abort);
      };
      const check = (): void => {
        if (!hasNews(this.#log, afterSeq)) return;
        stop();
        resolve();
      };
      const abort = (): void => {
        stop();
        reject(signal.reason);
      };
      const timer = this.#clock.after(waitMs, () => {
        stop();
        resolve();
      });
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.add(check);
    });
  }
}
