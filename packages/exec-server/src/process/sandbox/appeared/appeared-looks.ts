import { setMaxListeners } from 'node:events';
import { ExecError, LOOK_LIMIT_MS, MAX_WAITING_LOOKS_PER_SESSION } from '@holdfast/exec-protocol';
import type { AppearedReport } from '@holdfast/sandbox';
import type { Clock } from '../../../clock.js';
import type { Logger } from '../../../logger.js';
import { FairPlaces, type LeavePlace, type Party } from '../fair-places.js';
import type { AppearedLook } from '../sandbox.js';

/** What looks need from the server around them. */
export interface LooksHost {
  readonly clock: Pick<Clock, 'after'>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** Looks for what has appeared while commands ran, one after the other. Sessions take turns, and nobody waits for it. */
export class AppearedLooks {
  readonly #clock: LooksHost['clock'];
  readonly #logger: LooksHost['logger'];
  readonly #places = new FairPlaces({
    all: 1,
    perSession: 1,
    waiting: MAX_WAITING_LOOKS_PER_SESSION,
    refusal: tooManyWait,
  });
  readonly #over = new AbortController();

  constructor({ clock, logger }: LooksHost) {
    this.#clock = clock;
    this.#logger = logger;
    // Every look that waits listens to it.
    setMaxListeners(0, this.#over.signal);
  }

  /**
   * Has a look when it is the session's turn, and logs what it finds. Never fails.
   * @param process Names the process in the log.
   * @param look Is called off when it takes too long.
   * @param tell Hears what was found; not called for nothing.
   */
  async look(
    party: Party,
    process: string,
    look: AppearedLook,
    tell: (report: AppearedReport) => void,
  ): Promise<void> {
    if (!this.#over.signal.aborted) await this.#look(party, process, look, tell);
  }

  /** Looks no more; what is under way is nobody's concern. */
  close(): void {
    this.#over.abort(new Error('the server is shutting down'));
  }

  async #look(
    party: Party,
    process: string,
    look: AppearedLook,
    tell: (report: AppearedReport) => void,
  ): Promise<void> {
    const leave = this.#places.take(party) ?? (await this.#turn(party, process));
    if (leave === undefined) return;
    const over = this.#over.signal;
    const time = this.#limit();
    try {
      time.signal.throwIfAborted();
      const report = await look(time.signal);
      if (over.aborted || report.found.length + report.more === 0) return;
      this.#log(process, report);
      tell(report);
    } catch (err) {
      if (over.aborted) return;
      if (time.signal.aborted)
        this.#logger.warn({ process }, 'what appeared while a command ran could not be looked for in time');
      else this.#logger.warn({ process, err }, 'what appeared while a command ran could not be looked for');
    } finally {
      time.end();
      leave();
    }
  }

  /** @returns undefined for one that has no turn. */
  async #turn(party: Party, process: string): Promise<LeavePlace | undefined> {
    const over = this.#over.signal;
    try {
      return await this.#places.wait(party, over);
    } catch {
      if (!over.aborted)
        this.#logger.warn(
          { process },
          'what appeared while a command ran is not looked for: too many looks wait',
        );
      return undefined;
    }
  }

  /** The time that one look has. */
  #limit(): { readonly signal: AbortSignal; end(): void } {
    const over = this.#over.signal;
    const limit = new AbortController();
    const timer = this.#clock.after(LOOK_LIMIT_MS, () => {
      limit.abort(new Error('it took too long'));
    });
    const stop = (): void => {
      timer.cancel();
      limit.abort(over.reason);
    };
    if (over.aborted) stop();
    else over.addEventListener('abort', stop, { once: true });
    return {
      signal: limit.signal,
      end: () => {
        timer.cancel();
        over.removeEventListener('abort', stop);
      },
    };
  }

  #log(process: string, { found, more }: AppearedReport): void {
    for (const { kind, path } of found) {
      // Commands make repositories every day.
      const level = kind === 'repository' ? 'info' : 'warn';
      this.#logger[level]({ process, kind, path }, 'executable configuration appeared while a command ran');
    }
    if (more === 0) return;
    this.#logger.warn({ process, more }, 'more executable configuration appeared while a command ran');
  }
}

function tooManyWait(): ExecError {
  return new ExecError(
    'limitExceeded',
    `${String(MAX_WAITING_LOOKS_PER_SESSION)} looks of this session wait (MAX_WAITING_LOOKS_PER_SESSION)`,
  );
}
