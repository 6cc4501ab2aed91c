import type { Clock, Timer } from '../../clock.js';
import type { GuardianProcess } from './guardian-process.js';
import { startGuardianProcess } from './guardian-process.js';
import { WatchList } from './watch-list.js';

/** Sees to it that nothing which this server started outlives it, however it dies. */
export interface Guardian {
  /** The number of the process that watches now; undefined while there is none. */
  readonly pid: number | undefined;
  /** A process was started as leader of a session; the guardian is told a moment later. */
  watch(pid: number): void;
  /** The process was reaped. What is left of its group stays watched. */
  forget(pid: number): void;
  /** Ends the watch without touching anything, in order; settles when the guardian is gone. */
  close(): Promise<void>;
}

/** A guardian died or could not be started. Without one, processes may outlive a server that is killed. */
export interface GuardianFailure {
  readonly reason: string;
  /** When the next one is started. */
  readonly restartInMs: number;
}

/** How a guardian is set up. */
export interface GuardianOptions {
  /** The part of the cookie that no other server has. */
  readonly cookie: string;
  readonly clock: Clock;
  /** For the log. */
  readonly onFailure: (failure: GuardianFailure) => void;
}

/**
 * Starts the guardian: one small process that waits for its pipe to this server to break, and then kills the process
 * groups on its list, their trees, and whatever carries the cookie. A guardian that dies is replaced.
 */
export function createGuardian(options: GuardianOptions): Guardian {
  return new RestartedGuardian(options);
}

/** A guardian that lived this long was a good one: failures before it do not count any more. */
const GOOD_LIFE_MS = 60_000;

/** After so many failures in a row the cause will not pass at once, as when the machine has run out of something. */
const QUICK_RESTARTS = 5;

const QUICK_RESTART_MS = 500;

const SLOW_RESTART_MS = 60_000;

/**
 * Long enough for most commands to come and go without a word, which keeps the guardian out of the time that a spawn
 * takes. Until it is told, a process has its cookie, and through it the tree below it.
 */
const FLUSH_MS = 25;

/** How often groups whose leader has gone are looked at; their numbers must not grow stale. */
const LEADERLESS_CHECK_MS = 1000;

class RestartedGuardian implements Guardian {
  readonly #options: GuardianOptions;
  readonly #list = new WatchList();
  #process: GuardianProcess | undefined;
  #startedAt = 0;
  #failures = 0;
  #restart: Timer | undefined;
  #check: Timer | undefined;
  #flush: Timer | undefined;
  #isClosed = false;

  constructor(options: GuardianOptions) {
    this.#options = options;
    this.#start();
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  watch(pid: number): void {
    this.#list.add(pid);
    this.#flushSoon();
  }

  forget(pid: number): void {
    this.#list.leaderGone(pid);
    this.#flushSoon();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#restart?.cancel();
    this.#check?.cancel();
    this.#flush?.cancel();
    await this.#process?.dismiss();
  }

  #start(): void {
    const { cookie, clock } = this.#options;
    this.#startedAt = clock.now();
    try {
      const started = startGuardianProcess(cookie, clock, (reason) => {
        this.#process = undefined;
        if (!this.#isClosed) this.#replace(reason);
      });
      this.#process = started;
      started.send(this.#list.takeAll());
    } catch (error) {
      this.#replace(error instanceof Error ? error.message : String(error));
    }
  }

  #replace(reason: string): void {
    if (this.#options.clock.now() - this.#startedAt >= GOOD_LIFE_MS) this.#failures = 0;
    this.#failures += 1;
    const restartInMs = delayAfter(this.#failures);
    this.#options.onFailure({ reason, restartInMs });
    this.#restart = this.#options.clock.after(restartInMs, () => {
      this.#start();
    });
  }

  #flushSoon(): void {
    if (this.#flush !== undefined || this.#isClosed) return;
    this.#flush = this.#options.clock.after(FLUSH_MS, () => {
      this.#flush = undefined;
      // A guardian that is started later gets the whole list.
      if (this.#process === undefined) return;
      const lines = this.#list.takeChanges();
      if (lines !== '') this.#process.send(lines);
      this.#checkLater();
    });
  }

  #checkLater(): void {
    if (this.#check !== undefined || this.#isClosed || !this.#list.hasLeaderless) return;
    this.#check = this.#options.clock.after(LEADERLESS_CHECK_MS, () => {
      this.#check = undefined;
      this.#list.dropEmpty();
      this.#checkLater();
      this.#flushSoon();
    });
  }
}

function delayAfter(failures: number): number {
  if (failures === 1) return 0;
  return failures <= QUICK_RESTARTS ? QUICK_RESTART_MS : SLOW_RESTART_MS;
}
