import { LEGACY_REPLAY_DELAY_MS } from '@holdfast/exec-protocol';
import type { Clock, Timer } from '../clock.js';
import type { ProcessTable } from '../process/process-table.js';
import type { Subscription } from '../process/subscription.js';

/** What the resume of a client without the `replay` extension works with. */
export interface LegacyResumeOptions {
  readonly clock: Clock;
  readonly processes: Pick<ProcessTable, 'parked' | 'unpark'>;
  /** Whether the client uses windows. */
  readonly hasWindows: boolean;
  /** An answer says what would else have been pushed. */
  readonly onAnswered: (subscription: Subscription) => void;
}

/**
 * Finds out where a resumed client goes on that cannot say so. It reads each of its processes first, to learn what it has
 * missed: events are pushed from the end of that answer on. One that does not read gets everything again.
 */
export class LegacyResume {
  readonly #options: LegacyResumeOptions;
  readonly #reading = new Map<Subscription, number>();
  #timer: Timer | undefined;
  #isOver = false;

  constructor(options: LegacyResumeOptions) {
    this.#options = options;
  }

  /** The client is ready to get events. */
  begin(): void {
    this.#timer ??= this.#options.clock.after(LEGACY_REPLAY_DELAY_MS, () => {
      this.#isOver = true;
      for (const subscription of this.#options.processes.parked()) this.#replay(subscription);
      this.#options.processes.unpark(this.#options.hasWindows);
    });
  }

  /** A read of a process begins. @returns what to call with the answer's `nextSeq`, or with nothing if it failed. */
  read(subscription: Subscription): (nextSeq?: number) => void {
    const { onAnswered } = this.#options;
    this.#reading.set(subscription, (this.#reading.get(subscription) ?? 0) + 1);
    return (nextSeq) => {
      const left = (this.#reading.get(subscription) ?? 1) - 1;
      if (left > 0) this.#reading.set(subscription, left);
      else this.#reading.delete(subscription);
      if (!subscription.isParked) return;
      if (nextSeq === undefined) {
        if (this.#isOver) this.#replay(subscription);
      } else {
        this.#continueAt(subscription, nextSeq - 1);
        onAnswered(subscription);
      }
    };
  }

  /** The connection has ended. */
  stop(): void {
    this.#timer?.cancel();
  }

  #replay(subscription: Subscription): void {
    if (this.#reading.has(subscription)) return;
    this.#continueAt(subscription, subscription.process.log.firstSeq - 1);
  }

  #continueAt(subscription: Subscription, afterSeq: number): void {
    const windowBytes = this.#options.hasWindows ? (subscription.windowBytes ?? 0) : undefined;
    subscription.continueAt({ afterSeq, windowBytes, hasArrived: false });
  }
}
