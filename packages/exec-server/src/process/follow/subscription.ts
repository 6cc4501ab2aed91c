import type { ProcessId } from '@holdfast/exec-protocol';
import type { LogEvent } from '../log/log-entry.js';
import type { ManagedProcess } from '../managed-process.js';
import {
  type Continuation,
  type DeliveryMark,
  type GapEvent,
  PushCursor,
  type PushCursorOptions,
} from './push-cursor.js';

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
    const tell = (): void => {
      this.#tell();
    };
    this.#cursor = new PushCursor(process.log, { ...options, onLoaded: tell });
    this.#isOwner = options.isOwner;
    this.#onNews = onNews;
    this.#stop = process.log.onAppend(tell);
    if (process.log.nextSeq > 1) tell();
  }

  /** Whether it pushes nothing before `continueAt`. */
  get isParked(): boolean {
    return this.#cursor.isParked;
  }

  /** The window that the client gave last; undefined for a client that does not use windows. */
  get windowBytes(): number | undefined {
    return this.#cursor.windowBytes;
  }

  /** The next event that may be pushed. */
  take(): LogEvent | GapEvent | undefined {
    const event = this.#cursor.take();
    this.#moved();
    return event;
  }

  /** The client consumed output and says how much more it takes. */
  acknowledge(ackSeq: number, windowBytes: number): void {
    this.#cursor.acknowledge(ackSeq, windowBytes);
    this.#moved();
    this.#tell();
  }

  /** What was taken up to now; goes with whatever shows later that it has arrived. */
  mark(): DeliveryMark {
    return this.#cursor.mark();
  }

  /** Everything that was taken up to `mark` has arrived. */
  prove(mark: DeliveryMark): void {
    this.#cursor.prove(mark);
    this.#moved();
  }

  /** The client has gone: nothing is pushed until another connection says where to go on. */
  park(): void {
    this.#cursor.park();
    this.#tell();
  }

  /** Goes on at a position. */
  continueAt(continuation: Continuation): void {
    this.#cursor.continueAt(continuation);
    if (this.#isOwner && !this.#cursor.isDone) this.process.ownerWentBack();
    this.#moved();
    this.#tell();
  }

  /** Ends the deliveries; the process goes on. */
  end(): void {
    this.#stop();
    this.#cursor.close();
    if (this.#isOwner) this.process.ownerLeft();
  }

  #tell(): void {
    // Nobody is there to take anything, but output that nobody wants must not hold the child back.
    if (this.isParked) this.take();
    else this.#onNews(this);
  }

  #moved(): void {
    if (this.#isOwner) this.process.ownerMoved(this.#cursor.isDone);
  }
}
