import { AHEAD_BYTES, MAX_CHUNK_BYTES, RETAINED_BYTES, type SignalName } from '@holdfast/exec-protocol';
import type { OutputStream } from './spawn/child.js';

/** One fact about a process. `seq` rises by one from 1, over all kinds of facts. */
export type LogEvent =
  | {
      readonly type: 'output';
      readonly seq: number;
      readonly stream: OutputStream;
      readonly bytes: Uint8Array;
    }
  | {
      readonly type: 'exited';
      readonly seq: number;
      readonly exitCode: number;
      readonly signal: SignalName | null;
    }
  | { readonly type: 'closed'; readonly seq: number };

type OutputEvent = LogEvent & { readonly type: 'output' };
type ExitedEvent = LogEvent & { readonly type: 'exited' };
type ClosedEvent = LogEvent & { readonly type: 'closed' };

/** Bounds of one log; the defaults are the named limits. */
export interface EventLogLimits {
  /** What stays readable behind the owner, at least. */
  readonly retainedBytes: number;
  /** What may wait to be sent to the owner before the log is full. */
  readonly aheadBytes: number;
  /** Events that stay readable behind the owner, at most. */
  readonly retainedEvents: number;
}

/** The reference keeps as many chunks. It bounds what a million one-byte chunks cost. */
const RETAINED_EVENTS = 50_000;

/** Small pieces are joined up to this size while nobody has seen them. */
const JOIN_BELOW_BYTES = 1024;

const DEFAULTS: EventLogLimits = {
  retainedBytes: RETAINED_BYTES,
  aheadBytes: AHEAD_BYTES,
  retainedEvents: RETAINED_EVENTS,
};

/**
 * The truth about one process: what it printed, that it exited, that it closed, in one order.
 *
 * Every delivery is a reader of this log. One reader is the owner: nothing that it has not taken is ever dropped, and when
 * too much waits to be sent to it the log is full and the child has to wait. What it has taken stays readable up to the
 * limits.
 */
export class EventLog {
  readonly #limits: EventLogLimits;
  #events: LogEvent[] = [];
  #dropped = 0;
  #nextSeq = 1;
  #seenSeq = 0;
  /** The owner was sent everything up to here … */
  #sentSeq = 0;
  /** … and has taken everything up to here. */
  #ownerSeq = 0;
  #retained = 0;
  #ahead = 0;
  #exited: ExitedEvent | undefined;
  #closed: ClosedEvent | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(limits: Partial<EventLogLimits> = {}) {
    this.#limits = { ...DEFAULTS, ...limits };
  }

  /** The seq that the next event will get. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** The lowest seq that can still be read; `nextSeq` when there is none. */
  get firstSeq(): number {
    return this.#events[this.#dropped]?.seq ?? this.#nextSeq;
  }

  get exited(): ExitedEvent | undefined {
    return this.#exited;
  }

  get closed(): ClosedEvent | undefined {
    return this.#closed;
  }

  /** Raw output bytes that were not sent to the owner yet. */
  get aheadBytes(): number {
    return this.#ahead;
  }

  /** Raw output bytes held in memory. */
  get retainedBytes(): number {
    return this.#retained;
  }

  /** Whether the child has to wait for the owner. */
  get isFull(): boolean {
    return this.#ahead >= this.#limits.aheadBytes;
  }

  /** Whether a child that waited may go on: half of the room is free again, so that it does not stutter. */
  get hasRoom(): boolean {
    return this.#ahead <= this.#limits.aheadBytes / 2;
  }

  /** Appends output, cut into pieces of at most 24 KiB. `bytes` belongs to the log from now on. */
  appendOutput(stream: OutputStream, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += MAX_CHUNK_BYTES) {
      this.#appendPiece(stream, bytes.subarray(at, at + MAX_CHUNK_BYTES));
    }
    if (bytes.length > 0) this.#changed();
  }

  appendExited(exitCode: number, signal: SignalName | null): void {
    this.#exited = { type: 'exited', seq: this.#take(), exitCode, signal };
    this.#events.push(this.#exited);
    this.#changed();
  }

  /** The last event; the log takes no further one. */
  appendClosed(): void {
    this.#closed = { type: 'closed', seq: this.#take() };
    this.#events.push(this.#closed);
    this.#changed();
  }

  /** The first retained event after `seq`. Its bytes will not change any more. */
  after(seq: number): LogEvent | undefined {
    const event = this.#events[Math.max(this.#dropped, this.#events.length - (this.#nextSeq - 1 - seq))];
    if (event !== undefined && event.seq > this.#seenSeq) this.#seenSeq = event.seq;
    return event;
  }

  /** The owner was sent everything up to `seq`: the child may have room again. */
  ownerSent(seq: number): void {
    for (let event = this.after(this.#sentSeq); event !== undefined; event = this.after(event.seq)) {
      if (event.seq > seq) break;
      if (event.type === 'output') this.#ahead -= event.bytes.length;
      this.#sentSeq = event.seq;
    }
  }

  /** The owner has taken everything up to `seq`, which was sent before: that much may be forgotten. */
  ownerTook(seq: number): void {
    this.#ownerSeq = Math.max(this.#ownerSeq, Math.min(seq, this.#sentSeq));
    this.#forget();
  }

  /** Calls `listener` after every append until the returned function is called. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #appendPiece(stream: OutputStream, bytes: Uint8Array): void {
    this.#retained += bytes.length;
    this.#ahead += bytes.length;
    const joined = this.#joinWithLast(stream, bytes);
    if (joined === undefined) this.#events.push({ type: 'output', seq: this.#take(), stream, bytes });
    else this.#events[this.#events.length - 1] = joined;
    this.#forget();
  }

  #joinWithLast(stream: OutputStream, bytes: Uint8Array): OutputEvent | undefined {
    const last = this.#events.at(-1);
    if (last?.type !== 'output' || last.stream !== stream || last.seq <= this.#seenSeq) return undefined;
    if (last.bytes.length + bytes.length > JOIN_BELOW_BYTES) return undefined;
    return { ...last, bytes: concat(last.bytes, bytes) };
  }

  #take(): number {
    const seq = this.#nextSeq;
    this.#nextSeq += 1;
    return seq;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #forget(): void {
    for (let first = this.#events[this.#dropped]; first !== undefined; first = this.#events[this.#dropped]) {
      if (first.seq > this.#ownerSeq || !this.#isOverLimit(first)) break;
      if (first.type === 'output') this.#retained -= first.bytes.length;
      this.#dropped += 1;
    }
    // Not at once, which would be quadratic; not late either, for what is dropped is still held until then.
    if (this.#dropped < 64 || this.#dropped * 2 < this.#events.length) return;
    this.#events = this.#events.slice(this.#dropped);
    this.#dropped = 0;
  }

  #isOverLimit(first: LogEvent): boolean {
    const size = first.type === 'output' ? first.bytes.length : 0;
    if (this.#retained - size >= this.#limits.retainedBytes) return true;
    return this.#events.length - this.#dropped > this.#limits.retainedEvents;
  }
}

function concat(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const both = Buffer.allocUnsafeSlow(head.length + tail.length);
  both.set(head);
  both.set(tail, head.length);
  return both;
}
