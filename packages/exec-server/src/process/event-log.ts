import {
  AHEAD_BYTES,
  MAX_CHUNK_BYTES,
  MAX_LOG_EVENTS,
  RETAINED_BYTES,
  type SignalName,
  type TerminalSize,
} from '@holdfast/exec-protocol';
import { type Clock, systemClock, type Timer } from '../clock.js';
import { EntryList } from './entry-list.js';
import {
  type ClosedEvent,
  type ExitedEvent,
  isSpilled,
  type LogEntry,
  lengthOf,
  type OutputEntry,
  type Position,
  residentLength,
} from './log-entry.js';
import type { LogMemory } from './log-memory.js';
import type { LogSpill, OpenSpill } from './log-spill.js';
import { PieceJoiner } from './piece-joiner.js';
import type { OutputStream } from './spawn/child.js';

/** Bounds of one log and what it works with; the defaults are the named limits. */
export interface EventLogOptions {
  /** What stays readable behind the owner, at least. */
  readonly retainedBytes: number;
  /** What may wait in memory to be sent to the owner. */
  readonly aheadBytes: number;
  /** Events that stay readable behind the owner, at most. */
  readonly retainedEvents: number;
  /** Events that may wait to be sent to the owner, wherever they lie, before the log is full. */
  readonly aheadEvents: number;
  /** `keep` never forgets what the owner has not taken; `drop` never holds the child back. */
  readonly retention: Retention;
  /** Where more than `aheadBytes` goes; without it the log is full then. It is opened when it is needed. */
  readonly openSpill: OpenSpill | undefined;
  /** Called when a full log may have room again although the owner did not move. */
  readonly onRoom: () => void;
  /** What a cursor reads from the spill at once. */
  readonly fetchBytes: number;
  /** Shared by all logs; once it is scarce each keeps a sixteenth of `aheadBytes` and spills the rest. */
  readonly memory: LogMemory | undefined;
  readonly clock: Clock;
}

/** What gives way when more is printed than the owner takes: the child, or the oldest output. */
export type Retention = 'keep' | 'drop';

/** The reference keeps as many chunks. It bounds what a million one-byte chunks cost. */
const RETAINED_EVENTS = 50_000;

/** Small pieces are joined up to this size while nobody has seen them; up to the largest piece when they have to wait. */
const JOIN_BELOW_BYTES = 1024;

/** After a spill could not be read. */
const RETRY_MS = 1000;

const DEFAULTS: EventLogOptions = {
  retainedBytes: RETAINED_BYTES,
  aheadBytes: AHEAD_BYTES,
  retainedEvents: RETAINED_EVENTS,
  aheadEvents: MAX_LOG_EVENTS,
  retention: 'keep',
  openSpill: undefined,
  onRoom: () => undefined,
  fetchBytes: 128 * 1024,
  memory: undefined,
  clock: systemClock,
};

/**
 * The truth about one process: what it printed, that it exited, that it closed, in one order.
 *
 * Every delivery is a reader of this log. One reader is the owner: nothing that it has not taken is ever dropped. What waits
 * for it stays in memory up to a limit and is spilled beyond it; when the spill takes no more the log is full and the child
 * has to wait. What the owner has taken stays readable up to the limits.
 */
export class EventLog {
  readonly #options: EventLogOptions;
  readonly #entries = new EntryList();
  readonly #joiner = new PieceJoiner();
  #spill: LogSpill | undefined;
  #nextSeq = 1;
  #seenSeq = 0;
  /** The owner was sent everything up to here … */
  #sentSeq = 0;
  #sentOffset = 0;
  /** … and has taken everything up to here … */
  #ownerSeq = 0;
  /** … of which everything up to here lies behind the newest output that has to stay readable. */
  #idleSeq = 0;
  /** For everything up to here it is decided whether it stays in memory. */
  #placedSeq = 0;
  #spilledSeq = 0;
  /** Bytes in memory: all, those that the owner was not sent, those that are idle. */
  #resident = 0;
  #residentAhead = 0;
  #residentIdle = 0;
  /** Offsets in the spill. */
  #deliveredTo = 0;
  #droppedTo = 0;
  #isRefused = false;
  #isForgotten = false;
  readonly #totals = { stdout: 0, stderr: 0, pty: 0 };
  #offset = 0;
  #exited: ExitedEvent | undefined;
  #closed: ClosedEvent | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(options: Partial<EventLogOptions> = {}) {
    this.#options = { ...DEFAULTS, ...options };
  }

  /** The seq that the next event will get. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** The lowest seq that can still be read; `nextSeq` when there is none. */
  get firstSeq(): number {
    this.#forget();
    return this.#entries.first?.seq ?? this.#nextSeq;
  }

  get exited(): ExitedEvent | undefined {
    return this.#exited;
  }

  get closed(): ClosedEvent | undefined {
    return this.#closed;
  }

  /** Raw output bytes that were not sent to the owner yet. */
  get aheadBytes(): number {
    return this.#offset - this.#sentOffset;
  }

  /** Raw output bytes of each stream since the process began. */
  get totals(): Readonly<Record<OutputStream, number>> {
    return this.#totals;
  }

  /** What a cursor reads from the spill at once. */
  get fetchBytes(): number {
    return this.#options.fetchBytes;
  }

  /** Raw output bytes held in memory. */
  get residentBytes(): number {
    return this.#resident;
  }

  /** Whether the child has to wait for the owner, or for room in the spill. */
  get isFull(): boolean {
    if (this.#options.retention === 'drop') return false;
    return this.#isRefused || this.#aheadEvents >= this.#options.aheadEvents;
  }

  /** Whether a child that waited may go on: half of the room is free again, so that it does not stutter. */
  get hasRoom(): boolean {
    return !this.#isRefused && this.#aheadEvents <= this.#options.aheadEvents / 2;
  }

  /** Appends output, cut into pieces of at most 24 KiB. `bytes` belongs to the log from now on. */
  appendOutput(stream: OutputStream, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += MAX_CHUNK_BYTES) {
      this.#appendPiece(stream, bytes.subarray(at, at + MAX_CHUNK_BYTES));
    }
    if (bytes.length > 0) this.#changed();
  }

  /** The terminal has another size from here on. */
  appendResized(size: TerminalSize): void {
    this.#appendState({ type: 'resized', ...this.#position(), size });
  }

  appendExited(exitCode: number, signal: SignalName | null): void {
    this.#exited = { type: 'exited', ...this.#position(), exitCode, signal };
    this.#appendState(this.#exited);
  }

  /** The last event; the log takes no further one. */
  appendClosed(): void {
    this.#closed = { type: 'closed', ...this.#position() };
    this.#appendState(this.#closed);
  }

  /** The first retained entry after `seq`, which will not change any more but for the place of its bytes. */
  after(seq: number): LogEntry | undefined {
    const entry = this.peek(seq);
    if (entry !== undefined && entry.seq > this.#seenSeq) this.#seenSeq = entry.seq;
    return entry;
  }

  /** The first retained entry after `seq`; for those who do not deliver it, because it may still grow. */
  peek(seq: number): LogEntry | undefined {
    this.#forget();
    return this.#entries.from(seq + 1);
  }

  /** Bytes of spilled entries, by their place in the spill; undefined when they are not retained any more. */
  async readSpill(at: number, length: number): Promise<Uint8Array | undefined> {
    return this.#isForgotten ? undefined : await this.#spill?.read(at, length);
  }

  /** For readers that could not read the spill. */
  retryLater(run: () => void): Timer {
    return this.#options.clock.after(RETRY_MS, run);
  }

  /** The owner was sent everything up to `entry`: the child may have room again. */
  ownerSent(entry: LogEntry): void {
    // An owner that begins with what another one was sent already makes nobody wait a second time.
    if (entry.seq <= this.#sentSeq) return;
    for (let one = this.#entries.from(this.#sentSeq + 1); one !== undefined && one.seq <= entry.seq; ) {
      this.#residentAhead -= residentLength(one);
      one = this.#entries.from(one.seq + 1);
    }
    this.#sentSeq = entry.seq;
    this.#sentOffset = entry.offset + lengthOf(entry);
  }

  /** The owner has taken everything up to `seq`, which was sent before: that much may be forgotten. */
  ownerTook(seq: number): void {
    this.#ownerSeq = Math.max(this.#ownerSeq, Math.min(seq, this.#sentSeq));
    this.#forget();
    if (this.#isRefused) this.#place();
  }

  /** Calls `listener` after every append until the returned function is called. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Nobody will ask for this log any more: gives the spill back. Who still reads finds a gap. */
  close(): void {
    if (this.#isForgotten) return;
    this.#options.memory?.add(-this.#resident);
    this.#isForgotten = true;
    void this.#spill?.close();
    for (let { first } = this.#entries; first !== undefined && first.seq <= this.#spilledSeq; ) {
      this.#dropFirst(first);
      first = this.#entries.first;
    }
  }

  get #aheadEvents(): number {
    return this.#nextSeq - 1 - this.#sentSeq;
  }

  get #isSpilledAhead(): boolean {
    return this.#spilledSeq > this.#sentSeq;
  }

  #appendPiece(stream: OutputStream, bytes: Uint8Array): void {
    const joined = this.#joinWithLast(stream, bytes);
    if (joined === undefined) {
      this.#entries.push({ type: 'output', ...this.#position(), stream, length: bytes.length, at: bytes });
    } else {
      this.#entries.replace(joined);
    }
    this.#hold(bytes.length);
    this.#residentAhead += bytes.length;
    this.#offset += bytes.length;
    this.#totals[stream] += bytes.length;
    this.#place();
    this.#forget();
  }

  #appendState(entry: LogEntry): void {
    this.#entries.push(entry);
    this.#place();
    this.#changed();
  }

  #joinWithLast(stream: OutputStream, bytes: Uint8Array): OutputEntry | undefined {
    const { last } = this.#entries;
    if (last?.type !== 'output' || last.stream !== stream || last.seq <= this.#seenSeq) return undefined;
    if (typeof last.at === 'number' || last.seq <= this.#placedSeq) return undefined;
    const length = last.length + bytes.length;
    const mustWait = this.#isSpilledAhead || this.#residentAhead > this.#options.aheadBytes / 16;
    if (length > (mustWait ? MAX_CHUNK_BYTES : JOIN_BELOW_BYTES)) return undefined;
    return { ...last, length, at: this.#joiner.join(last.at, bytes) };
  }

  #position(): Position {
    const position = { seq: this.#nextSeq, offset: this.#offset };
    this.#nextSeq += 1;
    return position;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Spills what has to be spilled, in order; the last piece of output stays, because more may join it. */
  #place(): void {
    if (this.#options.retention === 'drop' || this.#isForgotten) return;
    for (let entry = this.#entries.from(this.#placedSeq + 1); entry !== undefined; ) {
      if (entry.type === 'output') {
        if (entry === this.#entries.last && entry.length < MAX_CHUNK_BYTES) break;
        if (this.#mustSpill(entry) && !this.#moveToSpill(entry)) {
          this.#isRefused = true;
          return;
        }
      }
      this.#placedSeq = entry.seq;
      entry = this.#entries.from(entry.seq + 1);
    }
    this.#isRefused = false;
  }

  #mustSpill(entry: LogEntry): boolean {
    if (entry.seq <= this.#sentSeq) return false;
    const { aheadBytes, memory } = this.#options;
    const most = memory?.isScarce === true ? aheadBytes / 16 : aheadBytes;
    return this.#isSpilledAhead || this.#residentAhead > (this.#isRefused ? most / 2 : most);
  }

  #moveToSpill(entry: OutputEntry): boolean {
    if (typeof entry.at === 'number') return true;
    this.#spill ??= this.#options.openSpill?.(() => {
      this.#place();
      if (!this.#isRefused) this.#options.onRoom();
    });
    const at = this.#spill?.append(entry.at);
    if (at === undefined) return false;
    this.#entries.replace({ ...entry, at });
    this.#hold(-entry.length);
    this.#residentAhead -= entry.length;
    this.#spilledSeq = entry.seq;
    return true;
  }

  #hold(bytes: number): void {
    this.#resident += bytes;
    if (!this.#isForgotten) this.#options.memory?.add(bytes);
  }

  #forget(): void {
    const deliveredTo = this.#deliveredTo;
    const droppedTo = this.#droppedTo;
    this.#findIdle();
    for (let { first } = this.#entries; first !== undefined && this.#isForgettable(first); ) {
      this.#dropFirst(first);
      first = this.#entries.first;
    }
    if (this.#deliveredTo > deliveredTo) this.#spill?.delivered(this.#deliveredTo);
    if (this.#droppedTo > droppedTo) this.#spill?.discardBefore(this.#droppedTo);
  }

  #findIdle(): void {
    const { retention, retainedBytes } = this.#options;
    const untilSeq = retention === 'keep' ? this.#ownerSeq : this.#nextSeq - 1;
    for (let entry = this.#entries.from(this.#idleSeq + 1); entry !== undefined; ) {
      const end = entry.offset + lengthOf(entry);
      if (entry.seq > untilSeq || this.#offset - end < retainedBytes) return;
      this.#idleSeq = entry.seq;
      this.#residentIdle += residentLength(entry);
      if (isSpilled(entry)) this.#deliveredTo = entry.at + entry.length;
      entry = this.#entries.from(entry.seq + 1);
    }
  }

  #isForgettable(first: LogEntry): boolean {
    const { retention, retainedEvents, aheadEvents } = this.#options;
    if (retention === 'keep' && first.seq > this.#ownerSeq) return false;
    if (this.#entries.count > (isSpilled(first) ? aheadEvents : retainedEvents)) return true;
    if (first.seq > this.#idleSeq) return false;
    if (!isSpilled(first)) return true;
    // What is retained has no holes: idle bytes in memory go, and so does the spilled output before them.
    return this.#residentIdle > 0 || first.at < (this.#spill?.start ?? 0);
  }

  #dropFirst(first: LogEntry): void {
    const length = residentLength(first);
    this.#hold(-length);
    if (first.seq > this.#sentSeq) this.#residentAhead -= length;
    if (first.seq <= this.#idleSeq) this.#residentIdle -= length;
    else this.#idleSeq = first.seq;
    if (isSpilled(first)) this.#droppedTo = first.at + first.length;
    this.#entries.dropFirst();
  }
}
