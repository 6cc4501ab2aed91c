import {
  LEGACY_REPLAY_DELAY_MS,
  LEGACY_RESUME_READ_BYTES,
  LEGACY_RESUME_READ_EVENTS,
  LEGACY_SETTLE_MS,
} from '@holdfast/exec-protocol';
import type { Clock, Timer } from '../clock.js';
import type { PageLimits } from '../process/follow/read-page.js';
import type { Subscription } from '../process/follow/subscription.js';
import type { ProcessTable } from '../process/process-table.js';

/** What the resume of a client without the `replay` extension works with. */
export interface LegacyResumeOptions {
  readonly clock: Clock;
  readonly processes: Pick<ProcessTable, 'parked' | 'unpark'>;
  /** Whether the client uses windows. */
  readonly hasWindows: boolean;
  /** Calls back when what is sent in this turn has arrived. */
  readonly onceArrived: (run: () => void) => void;
  /** An answer has told what would else have been pushed. */
  readonly onAnswered: (subscription: Subscription) => void;
}

/** A read of a process. */
export interface LegacyRead {
  /** Bounds of the answer; undefined for the usual ones. */
  readonly limits: PageLimits | undefined;
  /** To be called with the answer's `nextSeq`, or with nothing if it failed. */
  readonly answered: (nextSeq?: number) => void;
}

const FIRST_ANSWER: PageLimits = { bytes: LEGACY_RESUME_READ_BYTES, events: LEGACY_RESUME_READ_EVENTS };

/**
 * Finds out where a resumed client goes on that cannot say so. It reads each of its processes first, to learn what it has
 * missed: events are pushed from the end of that answer on. One that does not read gets everything again.
 *
 * The Codex CLI takes such an answer in at its leisure. What is pushed meanwhile goes into a buffer of 256 events or 1 MiB,
 * which ends the process when it overflows, and an answer of more events than that makes it lose some. So the first answer
 * is small, and nothing follows before the client asks for something else, which it does not before it has taken the answer
 * in, or has had time to.
 */
export class LegacyResume {
  readonly #options: LegacyResumeOptions;
  readonly #reading = new Map<Subscription, number>();
  /** Where to go on behind the first answer, once the client has taken it in. */
  readonly #answered = new Map<Subscription, number>();
  #replayTimer: Timer | undefined;
  #settleTimer: Timer | undefined;
  #isOver = false;
  #isStopped = false;

  constructor(options: LegacyResumeOptions) {
    this.#options = options;
  }

  /** The client is ready to get events. */
  begin(): void {
    this.#replayTimer ??= this.#replayLater();
  }

  /** The client asks for something that is no read. */
  onRequest(): void {
    for (const subscription of [...this.#answered.keys()]) this.#goOn(subscription);
  }

  /** The client reads a process. */
  read(subscription: Subscription): LegacyRead {
    this.#goOn(subscription);
    const isFirst = subscription.isParked;
    this.#reading.set(subscription, (this.#reading.get(subscription) ?? 0) + 1);
    if (isFirst) this.#putOffReplay();
    return {
      limits: isFirst ? FIRST_ANSWER : undefined,
      answered: (nextSeq) => {
        // A read that is over only after its connection says nothing about where the next one goes on.
        if (this.#isStopped) return;
        const left = (this.#reading.get(subscription) ?? 1) - 1;
        if (left > 0) this.#reading.set(subscription, left);
        else this.#reading.delete(subscription);
        if (subscription.isParked && !this.#answered.has(subscription)) this.#first(subscription, nextSeq);
      },
    };
  }

  /** The connection has ended. */
  stop(): void {
    this.#isStopped = true;
    this.#replayTimer?.cancel();
    this.#settleTimer?.cancel();
    this.#answered.clear();
  }

  #first(subscription: Subscription, nextSeq: number | undefined): void {
    if (nextSeq === undefined) {
      if (this.#isOver) this.#replay(subscription);
      return;
    }
    this.#putOffReplay();
    this.#answered.set(subscription, nextSeq);
    this.#options.onceArrived(() => {
      if (this.#answered.get(subscription) === nextSeq) this.#settle();
    });
  }

  #settle(): void {
    this.#settleTimer?.cancel();
    this.#settleTimer = this.#options.clock.after(LEGACY_SETTLE_MS, () => {
      this.onRequest();
    });
  }

  #goOn(subscription: Subscription): void {
    const nextSeq = this.#answered.get(subscription);
    if (nextSeq === undefined) return;
    this.#answered.delete(subscription);
    this.#continueAt(subscription, nextSeq - 1);
    this.#options.onAnswered(subscription);
  }

  #putOffReplay(): void {
    if (this.#replayTimer === undefined || this.#isOver) return;
    this.#replayTimer.cancel();
    this.#replayTimer = this.#replayLater();
  }

  #replayLater(): Timer {
    return this.#options.clock.after(LEGACY_REPLAY_DELAY_MS, () => {
      this.#isOver = true;
      for (const subscription of this.#options.processes.parked()) this.#replay(subscription);
      this.#options.processes.unpark(this.#options.hasWindows);
    });
  }

  #replay(subscription: Subscription): void {
    if (this.#reading.has(subscription) || this.#answered.has(subscription)) return;
    this.#continueAt(subscription, subscription.process.log.firstSeq - 1);
  }

  #continueAt(subscription: Subscription, afterSeq: number): void {
    const windowBytes = this.#options.hasWindows ? (subscription.windowBytes ?? 0) : undefined;
    subscription.continueAt({ afterSeq, windowBytes, hasArrived: false });
  }
}
