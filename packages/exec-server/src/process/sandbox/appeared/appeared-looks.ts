import { setMaxListeners } from 'node:events';
import { ExecError, LOOK_LIMIT_MS, MAX_WAITING_LOOKS_PER_SESSION } from '@holdfast/exec-protocol';
import type { AppearedReport } from '@holdfast/sandbox';
import type { Clock } from '../../../clock.js';
import { FairPlaces, type LeavePlace, type Party } from '../../../fair-places.js';
import type { Logger } from '../../../logger.js';
import { timeLimit } from '../../../time-limit.js';
import type { AppearedLook } from '../sandbox.js';

/** What looks need from the server around them. */
export interface LooksHost {
  readonly clock: Pick<Clock, 'after'>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** What came of a look. */
export interface LookReport extends AppearedReport {
  /** For people, why nobody has looked to the end; left out where somebody has. */
  readonly unseen?: string;
}

/**
 * Looks for what has appeared while commands ran, a few at a time. Sessions take turns, and nobody waits for it. A session whose last look has
 * taken all of its time has the next one in a place that all such sessions share: no other waits for it again.
 */
export class AppearedLooks {
  readonly #clock: LooksHost['clock'];
  readonly #logger: LooksHost['logger'];
  readonly #places = looksAtOnce(LOOKS_AT_ONCE);
  readonly #placesForSlow = looksAtOnce(SLOW_LOOKS_AT_ONCE);
  readonly #slow = new WeakSet<Party>();
  readonly #over = new AbortController();

  constructor({ clock, logger }: LooksHost) {
    this.#clock = clock;
    this.#logger = logger;
    // Every look that waits listens to it.
    setMaxListeners(0, this.#over.signal);
  }

  /**
   * Has a look when it is the session's turn, and logs what it finds. Never fails.
   * @param party The same object for each look of a session.
   * @param process Names the process in the log.
   * @param look Is called off when it takes too long.
   * @param tell Hears what was found, or that nobody looked to the end; not called for nothing.
   */
  async look(
    party: Party,
    process: string,
    look: AppearedLook,
    tell: (report: LookReport) => void,
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
    tell: (report: LookReport) => void,
  ): Promise<void> {
    const over = this.#over.signal;
    const tellUnseen = (unseen: string, facts: object = {}): void => {
      if (over.aborted) return;
      this.#logger.warn({ process, ...facts }, unseen);
      tell({ found: [], more: 0, unseen });
    };
    const leave = await this.#turn(party);
    if (leave === undefined) {
      tellUnseen('what appeared while a command ran is not looked for: too many looks wait');
      return;
    }
    const time = timeLimit(this.#clock, over, LOOK_LIMIT_MS, () => new Error('it took too long'));
    try {
      time.signal.throwIfAborted();
      const report = await look(time.signal);
      this.#slow.delete(party);
      if (over.aborted || report.found.length + report.more === 0) return;
      this.#log(process, report);
      tell(report);
    } catch (err) {
      if (time.signal.aborted) {
        this.#slow.add(party);
        tellUnseen('what appeared while a command ran could not be looked for in time');
      } else tellUnseen('what appeared while a command ran could not be looked for', { err });
    } finally {
      time.end();
      leave();
    }
  }

  /** @returns undefined for one that has no turn. */
  async #turn(party: Party): Promise<LeavePlace | undefined> {
    for (;;) {
      const places = this.#placesOf(party);
      const leave =
        places.take(party) ?? (await places.wait(party, this.#over.signal).catch(() => undefined));
      // While it waited, another look of the session has come to its end, or has not.
      if (leave === undefined || places === this.#placesOf(party)) return leave;
      leave();
    }
  }

  #placesOf(party: Party): FairPlaces {
    return this.#slow.has(party) ? this.#placesForSlow : this.#places;
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

/** Each has all of its time by the clock, and all of them share one event loop. */
const LOOKS_AT_ONCE = 2;

/** Of sessions whose last look has taken all of its time. */
const SLOW_LOOKS_AT_ONCE = 1;

function looksAtOnce(all: number): FairPlaces {
  return new FairPlaces({
    all,
    perSession: 1,
    waiting: MAX_WAITING_LOOKS_PER_SESSION,
    refusal: tooManyWait,
  });
}

function tooManyWait(): ExecError {
  return new ExecError(
    'limitExceeded',
    `${String(MAX_WAITING_LOOKS_PER_SESSION)} looks of this session wait (MAX_WAITING_LOOKS_PER_SESSION)`,
  );
}
