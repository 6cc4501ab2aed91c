import { ExecError } from '@holdfast/exec-protocol';
import { MAX_PLANS, SANDBOX_START_MS } from '../limits.js';
import { untilAborted } from '../until-aborted.js';

/** What may be under way while a sandbox is set up, with what helps where it does not come to its end. */
const REMEDIES = {
  'trying bubblewrap': 'see that this machine can start it, and try again',
  'waiting for its plan':
    'many others are planned here now: try again, and ask for fewer at once where they are yours',
  'looking at files': 'see that the file systems that it names answer, and try again',
  'looking for what patterns match':
    'see that the file systems there answer, start patterns deeper, or deny directories instead',
  'looking for repositories': 'see that the file systems there answer, or allow less to be written',
  'waiting for its network':
    'many others are made here now: try again, and ask for fewer at once where they are yours',
  'making its network': 'see that this machine can start programs quickly enough, and try again',
  'making its pipes': 'see that mkfifo works here, and try again',
  'waiting for other sandboxes to end': 'let the process go on that removes what they have left, or end it',
  'waiting for its turn': 'close files that are open in other sandboxes, or ask again later',
  'starting its wrapper': 'see that the file systems that it shows answer, and try again',
} as const;

/** What is under way while a sandbox is set up. */
export type SetUpStep = keyof typeof REMEDIES;

/** Time as a set-up sees it. */
export interface SetUpClock {
  /** Milliseconds that only ever rise. */
  now(): number;
  /** Calls `run` once, `delayMs` from now. */
  after(delayMs: number, run: () => void): { cancel(): void };
}

/** How a set-up is bounded. */
export interface SetUpOptions {
  /** Default that of this machine. */
  readonly clock?: SetUpClock;
  /** Each of them calls it off, with its reason. */
  readonly calledOffBy?: readonly AbortSignal[];
  /** Default `SANDBOX_START_MS`. */
  readonly limitMs?: number;
}

/**
 * The set-up of one sandbox, from the first look at this machine until the command runs: one limit for all its steps, and
 * one way to call it off. Whoever makes it ends it.
 */
export class SetUp {
  readonly #clock: SetUpClock;
  readonly #deadlineMs: number;
  readonly #stop = new AbortController();
  readonly #detach: () => void;
  #doing: SetUpStep = 'looking at files';
  #where: string | undefined;
  #hasEnded = false;
  readonly #stale: string[] = [];

  constructor({ clock = REAL_CLOCK, calledOffBy = [], limitMs = SANDBOX_START_MS }: SetUpOptions = {}) {
    this.#clock = clock;
    this.#deadlineMs = clock.now() + limitMs;
    const timer = clock.after(limitMs, () => {
      this.#expire();
    });
    const callOffs = calledOffBy.map((signal) => ({ signal, tell: () => this.callOff(signal.reason) }));
    for (const { signal, tell } of callOffs) {
      if (signal.aborted) tell();
      else signal.addEventListener('abort', tell, { once: true });
    }
    this.#detach = () => {
      timer.cancel();
      for (const { signal, tell } of callOffs) signal.removeEventListener('abort', tell);
    };
  }

  /** Fires when it is called off or has taken too long; never once it has ended. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** What is left of its limit. */
  get leftMs(): number {
    return Math.max(0, this.#deadlineMs - this.#clock.now());
  }

  /** Says what is under way from now on. @param where The directory that it is about. @throws As `check`. */
  begin(step: SetUpStep, where?: string): void {
    this.#doing = step;
    this.#where = where;
    this.check();
  }

  /**
   * For what keeps the event loop for itself, in which no timer comes.
   * @throws ExecError `limitExceeded` when it has taken too long; the reason for which it was called off.
   */
  check(): void {
    if (!this.#hasEnded && this.#clock.now() >= this.#deadlineMs) this.#expire();
    this.signal.throwIfAborted();
  }

  /** Takes down where files have changed under a plan. */
  foundStale(path: string): void {
    this.#stale.push(path);
  }

  /** Where that was so, once half of the plans that there are at most were in vain. */
  get unsteady(): readonly string[] {
    return this.#stale.length < MAX_PLANS / 2 ? [] : this.#stale;
  }

  /** Waits for work that leaves nothing behind when nobody waits for it any more. @throws As `check`, and as the work does. */
  until<T>(work: Promise<T>): Promise<T> {
    return untilAborted(work, this.signal);
  }

  /** Ends it before its time; what it waits for is given up with this reason. */
  callOff(reason: unknown): void {
    if (!this.#hasEnded) this.#stop.abort(reason);
  }

  /** It came to an end, whichever; may be called twice. */
  end(): void {
    this.#hasEnded = true;
    this.#detach();
  }

  #expire(): void {
    const where = this.#where === undefined ? '' : ` below ${this.#where}`;
    this.callOff(
      new ExecError(
        'limitExceeded',
        `sandbox: it was not set up within ${SANDBOX_START_MS / 1000} s (SANDBOX_START_MS) and gave up ${this.#doing}${where}; ${REMEDIES[this.#doing]}`,
      ),
    );
  }
}

const REAL_CLOCK: SetUpClock = {
  now: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
