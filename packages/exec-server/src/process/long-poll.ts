import { ExecError, MAX_READERS_PER_PROCESS } from '@holdfast/exec-protocol';
import type { Clock } from '../clock.js';
import type { EventLog } from './event-log.js';
import { hasNews, type PageLimits, type ReadPage, readPage } from './read-page.js';

/** A read that may wait for news. */
export interface LongPoll {
  readonly afterSeq: number;
  readonly maxBytes: number | undefined;
  readonly waitMs: number;
  /** Undefined for the usual ones. */
  readonly limits?: PageLimits | undefined;
  /** Ends the wait, for news or for the disk, with its reason when the reader has gone. */
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

  /** @throws ExecError `limitExceeded` when too many reads wait already. */
  async read({ afterSeq, maxBytes, waitMs, limits, signal }: LongPoll): Promise<ReadPage> {
    if (waitMs > 0 && !hasNews(this.#log, afterSeq)) await this.#news(afterSeq, waitMs, signal);
    return await readPage(this.#log, afterSeq, maxBytes, { limits, signal });
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
