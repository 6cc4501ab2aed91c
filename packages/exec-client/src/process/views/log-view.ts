import type { ProcessEvent } from '../events.js';
import { GapError } from '../gap-error.js';
import { EventQueue, VIEW_QUEUE_BYTES } from './event-queue.js';
import { eventOf } from './page-event.js';
import type { ReadAnswer, ViewSource } from './view-source.js';

/** How a view looks at its process. */
export interface LogViewOptions {
  /** Only events with a higher seq. */
  readonly after: number;
  /** Whether output may have passed by unpushed, so that the view has to ask for it once. */
  readonly isLate: boolean;
  /** Events that the view passes over. */
  readonly wants: (event: ProcessEvent) => boolean;
  readonly onClose: (view: LogView) => void;
  readonly queueBytes?: number;
}

/** Numbers that a page left out, and what the server said of the state when it did. */
interface Hole {
  readonly to: number;
  readonly answer: ReadAnswer;
}

const NO_BYTES = new Uint8Array(0);

/**
 * A cursor on the event log of one process. Live events wait in a queue of its own; where it is behind them, it reads
 * the log until it meets them. It never gives an event twice, and never leaves one out without saying so.
 */
export class LogView {
  readonly #source: ViewSource;
  readonly #options: LogViewOptions;
  readonly #queue: EventQueue;
  #cursor: number;
  #page: readonly ProcessEvent[] = [];
  #pageAt = 0;
  #hole: Hole | undefined;
  #mustRead: boolean;
  #isClosed = false;
  #wake: (() => void) | undefined;
  #reading: AbortController | undefined;

  constructor(source: ViewSource, options: LogViewOptions) {
    this.#source = source;
    this.#options = options;
    this.#queue = new EventQueue(options.queueBytes ?? VIEW_QUEUE_BYTES);
    this.#cursor = options.after;
    this.#mustRead = options.isLate;
  }

  /** Everything up to this seq was handed out. */
  get consumedSeq(): number {
    return this.#cursor;
  }

  /** Takes a pushed event. One that does not fit is read again when its turn comes. */
  offer(event: ProcessEvent): void {
    if (this.#isClosed || event.seq <= Math.max(this.#cursor, this.#queue.lastSeq)) return;
    // The bytes of a stream that this view leaves out need not be kept.
    const isUnwantedOutput = event.type === 'output' && !this.#options.wants(event);
    this.#queue.push(isUnwantedOutput ? { ...event, bytes: NO_BYTES } : event);
    this.refresh();
  }

  /** Something about the process has changed. */
  refresh(): void {
    this.#passUnwanted();
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** The next event that this view wants, if it is here. */
  take(): ProcessEvent | undefined {
    // What is unwanted has been passed over already.
    const event = this.#isOver() ? undefined : this.#find();
    if (event === undefined) return undefined;
    this.#advance(event);
    this.#passUnwanted();
    return event;
  }

  /**
   * The next event that this view wants, or undefined after the last. Called again only once it has settled.
   * @throws GapError when it is no longer retained; ExecError when the process was lost.
   */
  async next(): Promise<ProcessEvent | undefined> {
    while (!this.#isOver()) {
      const event = this.take();
      if (event !== undefined) return event;
      this.#throwIfMissing();
      if (this.#source.failure !== undefined) throw this.#source.failure.reason;
      if (this.#isBehind()) await this.#read();
      else await this.#news();
    }
    this.close();
    return undefined;
  }

  /** Frees what waits here; a pending `next` ends. Safe to call again. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#queue.clear();
    this.#page = [];
    this.#reading?.abort();
    this.#options.onClose(this);
    this.refresh();
  }

  #isOver(): boolean {
    return this.#isClosed || this.#cursor >= (this.#source.closed?.seq ?? Infinity);
  }

  /** The event that follows the cursor, wherever it is. */
  #find(): ProcessEvent | undefined {
    const seq = this.#cursor + 1;
    const { exited, closed } = this.#source;
    if (exited?.seq === seq) return exited;
    if (closed?.seq === seq) return closed;
    const live = this.#queue.find(seq);
    // From the first live event on everything is pushed; where the queue had no room, its next event shows that.
    if (live !== undefined) this.#mustRead = false;
    return live ?? this.#findInPage(seq);
  }

  #findInPage(seq: number): ProcessEvent | undefined {
    let event = this.#page[this.#pageAt];
    while (event !== undefined && event.seq < seq) {
      this.#pageAt += 1;
      event = this.#page[this.#pageAt];
    }
    if (event === undefined) this.#page = [];
    return event?.seq === seq ? event : undefined;
  }

  #advance(event: ProcessEvent): void {
    this.#cursor = event.seq;
    this.#source.onConsumed();
  }

  #passUnwanted(): void {
    if (this.#isClosed) return;
    for (let event = this.#find(); event !== undefined; event = this.#find()) {
      if (this.#options.wants(event)) return;
      this.#advance(event);
    }
  }

  /** The first number from `seq` on that is not known to be the end of the process or of its output. */
  #skipState(seq: number): number {
    const { exited, closed } = this.#source;
    const next = exited?.seq === seq ? seq + 1 : seq;
    return closed?.seq === next ? next + 1 : next;
  }

  #isBehind(): boolean {
    // A page that waits here lacks only the event of a state that is still under way.
    if (this.#page.length > 0 || this.#hole !== undefined) return false;
    return !this.#queue.isEmpty || this.#mustRead || this.#cursor < this.#source.position;
  }

  async #read(): Promise<void> {
    const reading = new AbortController();
    this.#reading = reading;
    const pushed = this.#source.position;
    let answer: ReadAnswer;
    try {
      answer = await this.#source.read(this.#cursor, reading.signal);
    } catch (error) {
      if (this.#isClosed) return;
      throw error;
    }
    if (!this.#isClosed) this.#accept(answer, pushed);
  }

  #accept(answer: ReadAnswer, pushed: number): void {
    const chunks = answer.chunks.filter(({ seq }) => seq > this.#cursor);
    this.#page = chunks.map(eventOf);
    this.#pageAt = 0;
    if (chunks.length === 0) this.#mustRead = false;
    // A server that says nothing about what it pushed itself has forgotten it.
    const to = (chunks[0]?.seq ?? Math.max(answer.nextSeq, pushed + 1)) - 1;
    if (to > this.#cursor) this.#hole = { to, answer };
    this.#passUnwanted();
  }

  /** What a page left out is the end of the process or of its output, or it is lost. */
  #throwIfMissing(): void {
    if (this.#hole === undefined) return;
    const { exited, closed } = this.#source;
    const { to, answer } = this.#hole;
    const isStateUnderWay =
      (answer.exited && exited === undefined) || (answer.closed && closed === undefined);
    if (isStateUnderWay && to > this.#cursor) return;
    this.#hole = undefined;
    const from = this.#skipState(this.#cursor + 1);
    const last = closed?.seq === to ? to - 1 : to;
    if (from <= last) throw new GapError(this.#source.id, from, exited?.seq === last ? last - 1 : last);
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
