import { ERROR_KINDS, ExecError, type ProcessId } from '@holdfast/exec-protocol';
import type { ResumePoint } from '../../connection/link.js';
import type { ClosedEvent, ExitedEvent, OutputEvent, ProcessEvent, ResizedEvent } from '../events.js';
import { LogView } from '../views/log-view.js';
import type { Failure, ReadAnswer, ViewSource } from '../views/view-source.js';
import { OutputWindow, type SendWindow } from './output-window.js';
import { ReorderBuffer } from './reorder-buffer.js';

/** What a feed needs of the connection. */
export interface FeedPort {
  readonly id: ProcessId;
  /** Only events with a higher seq are pushed. */
  readonly after: number;
  /** Whether output comes in windows; without them the server pushes everything, perhaps out of order. */
  readonly hasWindows: boolean;
  /** Reads a page of retained events, once the process has started. */
  read(afterSeq: number, signal: AbortSignal): Promise<ReadAnswer>;
  readonly sendWindow: SendWindow;
  /** Nothing that is pushed from now on would be used. */
  onFinished(): void;
}

/** What is pushed for one process, handed on to all who look at it. */
export class OutputFeed implements ViewSource {
  readonly #port: FeedPort;
  readonly #views = new Set<LogView>();
  readonly #window: OutputWindow | undefined;
  readonly #reorder: ReorderBuffer | undefined;
  #position: number;
  #exited: ExitedEvent | undefined;
  #closed: ClosedEvent | undefined;
  #failure: Failure | undefined;

  constructor(port: FeedPort) {
    this.#port = port;
    this.#position = port.after;
    if (port.hasWindows) this.#window = new OutputWindow(port.sendWindow);
    else this.#reorder = new ReorderBuffer(port.after);
  }

  get id(): ProcessId {
    return this.#port.id;
  }

  get position(): number {
    return this.#position;
  }

  get exited(): ExitedEvent | undefined {
    return this.#exited;
  }

  get closed(): ClosedEvent | undefined {
    return this.#closed;
  }

  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** The start request leaves now. @returns the first window, or undefined where there are none. */
  leave(): number | undefined {
    return this.#window?.leave();
  }

  started(): void {
    this.#window?.started(this.#consumedSeq());
  }

  push(event: ProcessEvent): void {
    // How a process ended may have to be told of a time before the first pushed event.
    const isBefore = event.seq <= this.#port.after;
    const ready = (isBefore ? undefined : this.#reorder?.push(event)) ?? [event];
    for (const next of ready) this.#accept(next);
    if (ready.length > 0) this.#finishIfDone();
  }

  /** Everything up to `seq` that was not pushed never will be. Views that want it find out when they read. */
  skip(seq: number): void {
    for (const next of this.#reorder?.skip(seq) ?? []) this.#accept(next);
    this.#position = Math.max(this.#position, seq);
    for (const view of this.#views) view.refresh();
    this.#finishIfDone();
  }

  /** The connection was replaced. @returns from where on events have to be pushed, or undefined when all have arrived. */
  resume(): ResumePoint | undefined {
    if (this.#isComplete()) return undefined;
    const afterSeq = this.#position;
    return { afterSeq, windowBytes: this.#window?.resume(afterSeq) ?? 0 };
  }

  /** What was missed has been read, on a connection that is told nothing else: it goes on behind that. */
  caughtUp(seq: number): void {
    this.skip(seq);
    if (!this.#isComplete()) this.#window?.repeat(this.#consumedSeq());
  }

  /** Ends all views. */
  close(): void {
    for (const view of [...this.#views]) view.close();
  }

  /** Nothing more will come. Views give what they have and then fail. */
  fail(reason: unknown): void {
    this.#failure ??= { reason };
    for (const view of this.#views) view.refresh();
  }

  /** Opens a view on the events after `after` that it `wants`. */
  open(after: number, wants: (event: ProcessEvent) => boolean): LogView {
    const view = new LogView(this, {
      after,
      wants,
      isLate: this.#window?.hasLapsed ?? false,
      onClose: (closed) => {
        this.#views.delete(closed);
        // It may have been the slowest, and the others may have nothing left to consume.
        this.onConsumed();
        this.#look();
        this.#finishIfDone();
      },
    });
    this.#views.add(view);
    this.#look();
    return view;
  }

  async read(afterSeq: number, signal: AbortSignal): Promise<ReadAnswer> {
    try {
      return await this.#port.read(afterSeq, signal);
    } catch (error) {
      const { closed } = this;
      // A closed process is forgotten after a while. Servers without kinds say so with this code alone.
      const isForgotten = error instanceof ExecError && error.code === ERROR_KINDS.processUnknown.code;
      if (!isForgotten || closed === undefined) throw error;
      return { chunks: [], nextSeq: closed.seq + 1, exited: true, exitCode: null, closed: true };
    }
  }

  onConsumed(): void {
    this.#window?.consumed(this.#consumedSeq());
  }

  #accept(event: ProcessEvent): void {
    if (event.type === 'output' || event.type === 'resized') this.#acceptContent(event);
    else this.#acceptState(event);
  }

  #acceptContent(event: OutputEvent | ResizedEvent): void {
    if (event.seq <= this.#position) return;
    this.#position = event.seq;
    if (event.type === 'output') this.#window?.arrived(event.seq, event.bytes.length);
    for (const view of this.#views) view.offer(event);
    if (this.#views.size === 0) this.onConsumed();
  }

  #acceptState(event: ExitedEvent | ClosedEvent): void {
    if (event.type === 'exited') this.#exited ??= event;
    else this.#closed ??= event;
    // A state may be known before the output that precedes it; then the position stays with the output.
    if (event.seq === this.#position + 1) this.#position = event.seq;
    for (const view of this.#views) view.refresh();
  }

  #look(): void {
    if (this.#failure !== undefined || this.#isComplete()) return;
    this.#window?.want(this.#views.size > 0, this.#consumedSeq());
  }

  /** Whether everything was pushed. */
  #isComplete(): boolean {
    return this.#closed !== undefined && this.#position >= this.#closed.seq;
  }

  #finishIfDone(): void {
    if (this.#closed !== undefined && this.#views.size === 0) this.#port.onFinished();
  }

  /** What the slowest view has handed out. With nobody looking, everything that arrived is as good as consumed. */
  #consumedSeq(): number {
    let slowest = this.#views.size === 0 ? this.#position : Infinity;
    for (const view of this.#views) slowest = Math.min(slowest, view.consumedSeq);
    return slowest;
  }
}
