import type { ProcessId } from '@holdfast/exec-protocol';
import type { LogEvent } from './log-entry.js';
import type { ManagedProcess } from './managed-process.js';
import { type GapEvent, PushCursor, type PushCursorOptions } from './push-cursor.js';

/** Hears that a subscription may have something to push. */
export type NewsListener = (subscription: Subscription) => void;

/** One process as one session knows it: under the session's own id, with a position of its own. */
export class Subscription {
  /** What this session calls the process. */
  readonly id: ProcessId;
  readonly process: ManagedProcess;
  readonly #cursor: PushCursor;
  readonly #isOwner: boolean;
  readonly #stop: () => void;
  readonly #onNews: NewsListener;

  constructor(id: ProcessId, process: ManagedProcess, options: PushCursorOptions, onNews: NewsListener) {
    this.id = id;
    this.process = process;
    const onLoaded = (): void => {
      onNews(this);
    };
    this.#cursor = new PushCursor(process.log, { ...options, onLoaded });
    this.#isOwner = options.isOwner;
    this.#onNews = onNews;
    this.#stop = process.log.onAppend(() => {
      onNews(this);
    });
    if (process.log.nextSeq > 1) onNews(this);
  }

  /** The next event that may be pushed. */
  take(): LogEvent | GapEvent | undefined {
    const event = this.#cursor.take();
    if (this.#isOwner) this.process.ownerMoved(this.#cursor.isDone);
    return event;
  }

  /** The client consumed output and says how much more it takes. */
  acknowledge(ackSeq: number, windowBytes: number): void {
    this.#cursor.acknowledge(ackSeq, windowBytes);
    if (this.#isOwner) this.process.ownerMoved(false);
    this.#onNews(this);
  }

  /** Ends the deliveries; the process goes on. */
  end(): void {
    this.#stop();
    this.#cursor.close();
    if (this.#isOwner) this.process.ownerLeft();
  }
}
