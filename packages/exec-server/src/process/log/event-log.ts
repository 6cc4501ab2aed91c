import {
  MAX_CHUNK_BYTES,
  type SandboxDenial,
  type SignalName,
  type TerminalSize,
} from '@holdfast/exec-protocol';
import type { Timer } from '../../clock.js';
import type { OutputStream } from '../spawn/child.js';
import { EntryList } from './entry-list.js';
import { HeldOutput } from './held-output.js';
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
import { type EventLogOptions, LOG_DEFAULTS } from './log-options.js';
import type { LogSpill } from './log-spill.js';
import { PieceJoiner } from './piece-joiner.js';

/** Small pieces are joined up to this size while nobody has seen them; up to the largest piece when they have to wait. */
const JOIN_BELOW_BYTES = 1024;

/** After a spill could not be read. */
const RETRY_MS = 1000;

/**
 * The truth about one process: what it printed, that it exited, that it closed, in one order.
 *
 * Every delivery is a reader of this log. One reader is the owner: nothing that it has not taken is ever dropped. What waits
 * for it stays in memory up to a limit; when there is more, everything is spilled, and what follows too until the owner has
 * come past it. When the spill takes no more the log is full and the child has to wait. What the owner has taken stays
 * readable up to the limits.
 */
export class EventLog {
  readonly #options: EventLogOptions;
  readonly #held: HeldOutput;
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
  /** Offsets in the spill. */
  #deliveredTo = 0;
  #droppedTo = 0;
  #isRefused = false;
  #isForgotten = false;
  /** How many of the entries are sizes of the terminal. */
  #sizes = 0;
  readonly #totals = { stdout: 0, stderr: 0, pty: 0 };
  #offset = 0;
  #exited: ExitedEvent | undefined;
  #closed: ClosedEvent | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(options: Partial<EventLogOptions> = {}) {
    this.#options = { ...LOG_DEFAULTS, ...options };
    this.#held = new HeldOutput(this, this.#options.memory);
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
    return this.#held.bytes;
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

  /** Whether the log takes another size of the terminal: it never has more than its limit, and forgets none that is owed. */
  get takesSize(): boolean {
    this.#forget();
    return this.#sizes < this.#options.sizes;
  }

  /** Appends a copy of `bytes`, cut into pieces of at most 24 KiB. */
  appendOutput(stream: OutputStream, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += MAX_CHUNK_BYTES) {
      this.#appendPiece(stream, bytes.subarray(at, at + MAX_CHUNK_BYTES));
    }
    if (bytes.length > 0) this.#changed();
  }

  /** The terminal has another size from here on; for those who have asked `takesSize`. */
  appendResized(size: TerminalSize): void {
    this.#sizes += 1;
    this.#appendState({ type: 'resized', ...this.#position(), size });
  }

  appendExited(exitCode: number, signal: SignalName | null, denial?: SandboxDenial): void {
    const told = denial === undefined ? {} : { denial };
    this.#exited = { type: 'exited', ...this.#position(), exitCode, signal, ...told };
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

  /** Fills `into` with spilled output, by its place in the spill; false when some of it is not retained any more. */
  async readSpill(at: number, into: Uint8Array): Promise<boolean> {
    return !this.#isForgotten && (await this.#spill?.read(at, into)) === true;
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
      this.#held.sent(residentLength(one));
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

  /** Memory has become scarce: forgets what may go. */
  reclaim(): void {
    this.#forget();
  }

  /** Nobody will ask for this log any more: gives the spill back. Who still reads finds a gap. */
  close(): void {
    if (this.#isForgotten) return;
    this.#held.close();
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
      // Not copied yet: what goes to the spill at once is copied there.
      this.#entries.push({ type: 'output', ...this.#position(), stream, length: bytes.length, at: bytes });
    } else {
      this.#entries.replace(joined);
    }
    this.#held.came(bytes.length);
    this.#offset += bytes.length;
    this.#totals[stream] += bytes.length;
    this.#place();
    this.#keep(bytes);
    this.#forget();
  }

  /** Copies the piece that was appended last if it has stayed in memory. */
  #keep(bytes: Uint8Array): void {
    const { last } = this.#entries;
    if (last?.type !== 'output' || last.at !== bytes) return;
    // Short pieces share a small slab of Buffer's, so one that is kept holds a few KiB at most.
    const at = this.#isSpilledAhead ? this.#joiner.hold(bytes) : Buffer.from(bytes);
    this.#entries.replace({ ...last, at });
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
    const mustWait = this.#isSpilledAhead || this.#held.aheadBytes > this.#options.aheadBytes / 16;
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
    const mustSpill = this.#mustSpill;
    // All that is in memory goes, delivered or not. Where only the end of it lay in the spill, the beginning would be lost
    // once a late reader has come past it.
    if (mustSpill && !this.#isSpilledAhead && !this.#isRefused) this.#placedSeq = this.#spilledSeq;
    for (let entry = this.#entries.from(this.#placedSeq + 1); entry !== undefined; ) {
      if (entry.type === 'output') {
        if (entry.seq === this.#nextSeq - 1 && entry.length < MAX_CHUNK_BYTES) break;
        if (mustSpill && !this.#moveToSpill(entry)) {
          this.#isRefused = true;
          return;
        }
      }
      this.#placedSeq = entry.seq;
      entry = this.#entries.from(entry.seq + 1);
    }
    this.#isRefused = false;
  }

  /** Whether output that waits may not stay in memory. */
  get #mustSpill(): boolean {
    const most = this.#share(this.#options.aheadBytes);
    return this.#isSpilledAhead || this.#held.aheadBytes > (this.#isRefused ? most / 2 : most);
  }

  /** What this log may hold of `bytes`, as things are on the server. */
  #share(bytes: number): number {
    return this.#options.memory?.isScarce === true ? bytes / 16 : bytes;
  }

  #moveToSpill(entry: OutputEntry): boolean {
    if (typeof entry.at === 'number') return true;
    this.#spill ??= this.#options.openSpill?.(() => {
      this.#place();
      if (!this.#isRefused) this.#options.onRoom();
    });
    const at = this.#spill?.append(entry.at);
    if (at === undefined) return false;
    if (entry.seq > this.#seenSeq) this.#joiner.release(entry.at);
    this.#entries.replace({ ...entry, at });
    this.#leaveMemory(entry);
    this.#spilledSeq = entry.seq;
    return true;
  }

  #leaveMemory(entry: LogEntry): void {
    const standing = { isAhead: entry.seq > this.#sentSeq, isIdle: entry.seq <= this.#idleSeq };
    this.#held.left(residentLength(entry), standing);
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
    const { retention } = this.#options;
    const retainedBytes = this.#share(this.#options.retainedBytes);
    const untilSeq = retention === 'keep' ? this.#ownerSeq : this.#nextSeq - 1;
    for (let entry = this.#entries.from(this.#idleSeq + 1); entry !== undefined; ) {
      const end = entry.offset + lengthOf(entry);
      if (entry.seq > untilSeq || this.#offset - end < retainedBytes) return;
      this.#idleSeq = entry.seq;
      this.#held.idled(residentLength(entry));
      if (isSpilled(entry)) this.#deliveredTo = entry.at + entry.length;
      entry = this.#entries.from(entry.seq + 1);
    }
  }

  #isForgettable(first: LogEntry): boolean {
    const { retention, retainedEvents, aheadEvents } = this.#options;
    if (retention === 'keep' && first.seq > this.#ownerSeq) return false;
    if (this.#sizes >= this.#options.sizes) return true;
    if (this.#entries.count > (isSpilled(first) ? aheadEvents : retainedEvents)) return true;
    if (first.seq > this.#idleSeq) return false;
    if (!isSpilled(first)) return true;
    // What is retained has no holes: idle bytes in memory go, and so does the spilled output before them.
    return this.#held.idleBytes > 0 || first.at < (this.#spill?.start ?? 0);
  }

  #dropFirst(first: LogEntry): void {
    this.#leaveMemory(first);
    this.#idleSeq = Math.max(this.#idleSeq, first.seq);
    if (first.type === 'resized') this.#sizes -= 1;
    if (isSpilled(first)) this.#droppedTo = first.at + first.length;
    this.#entries.dropFirst();
  }
}
