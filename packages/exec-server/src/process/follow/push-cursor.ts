import { MAX_WINDOW_BYTES } from '@holdfast/exec-protocol';
import type { EventLog } from '../log/event-log.js';
import { type LogEntry, type LogEvent, lengthOf, outputEvent } from '../log/log-entry.js';
import { ReadAhead } from './read-ahead.js';
import { SentOutput } from './sent-output.js';

/** Events that this reader has not had and that are no longer kept. It takes no seq of its own. */
export interface GapEvent {
  readonly type: 'gap';
  readonly fromSeq: number;
  readonly toSeq: number;
  /** Raw output bytes that are missing. */
  readonly bytes: number;
}

/** How a cursor reads. */
export interface PushCursorOptions {
  /** The first window; undefined for a client that does not use windows. */
  readonly windowBytes: number | undefined;
  /** Takes events with a higher seq; default 0. */
  readonly afterSeq?: number;
  /** The log keeps for the owner what it has not taken; other readers may find a gap. */
  readonly isOwner: boolean;
  /** Whether what was taken may be lost on its way, and so counts as delivered only once `prove` says so; default false. */
  readonly needsProof?: boolean;
  /** Whether it takes nothing before `continueAt`; default false. */
  readonly isParked?: boolean;
  /** Called when spilled output has been fetched that `take` had not at hand. */
  readonly onLoaded?: () => void;
}

/** Where a cursor goes on. */
export interface Continuation {
  /** Takes events with a higher seq. */
  readonly afterSeq: number;
  /** As at the start of a cursor. */
  readonly windowBytes: number | undefined;
  /** Whether the client itself said that it has everything up to there. */
  readonly hasArrived: boolean;
}

/** Stands for everything that a cursor has given out up to some moment. */
export interface DeliveryMark {
  readonly count: number;
  readonly seq: number;
}

/**
 * A reader of a log that takes events in order for as long as they may be pushed.
 *
 * Without windows everything may go at once, and counts as delivered when it is known to have arrived. With windows
 * output goes only as far as the client asked for, and counts as delivered when the client acknowledges it; a window of 0
 * means that the client wants no output at all, so the cursor passes over it and takes state events only. While a window
 * is used up, `exited` and `closed` overtake the output that it holds back.
 *
 * A parked cursor has nobody to give anything to. It stays where it is, but for output that nobody wants.
 */
export class PushCursor {
  readonly #log: EventLog;
  readonly #isOwner: boolean;
  readonly #needsProof: boolean;
  readonly #onLoaded: () => void;
  #readAhead: ReadAhead;
  #isParked: boolean;
  #seq: number;
  /** How many bytes of output lie before the position; undefined as long as that cannot be known. */
  #offset: number | undefined;
  #windowBytes: number | undefined;
  #ackedSeq = 0;
  /** The newest output that waits for an acknowledgement where there are windows. */
  #outputSeq = 0;
  /** State events up to here were told, perhaps ahead of output that the window holds back. */
  #toldSeq: number;
  /** Not acknowledged where there are windows, else not known to have arrived. */
  readonly #sent = new SentOutput();
  #sentCount = 0;
  #provenCount = 0;
  #provenSeq: number;

  constructor(log: EventLog, options: PushCursorOptions) {
    const { windowBytes, afterSeq = 0, isOwner, needsProof = false, isParked = false } = options;
    this.#log = log;
    this.#isOwner = isOwner;
    this.#needsProof = needsProof;
    this.#isParked = isParked;
    this.#onLoaded = options.onLoaded ?? ((): void => undefined);
    this.#readAhead = new ReadAhead(log, this.#onLoaded);
    this.#windowBytes = limitWindow(windowBytes);
    this.#seq = Math.min(afterSeq, log.nextSeq - 1);
    this.#toldSeq = this.#seq;
    this.#provenSeq = this.#seq;
    this.#offset = this.#offsetAt(this.#seq);
    this.#sent.restart(this.#seq, this.#offset);
  }

  get isParked(): boolean {
    return this.#isParked;
  }

  /** The window that the client gave last; undefined for a client that does not use windows. */
  get windowBytes(): number | undefined {
    return this.#windowBytes;
  }

  /** Whether everything was taken and has arrived, the last event included. */
  get isDone(): boolean {
    const { closed } = this.#log;
    return !this.#isParked && closed !== undefined && Math.min(this.#toldSeq, this.#arrivedSeq) >= closed.seq;
  }

  /** The next event to push, or undefined when there is none for now: none at all, no window, or it is being fetched. */
  take(): LogEvent | GapEvent | undefined {
    if (this.#windowBytes === 0) return this.#takeStateOnly();
    if (this.#isParked) return undefined;
    return this.#takePassedEnd() ?? this.#takeNext();
  }

  /** An end that was passed over while no output was wanted, and not told before the window opened. */
  #takePassedEnd(): LogEvent | undefined {
    return this.#log.exited === undefined ? undefined : this.#tellStateBefore(this.#seq + 1);
  }

  #takeNext(): LogEvent | GapEvent | undefined {
    for (let entry = this.#log.after(this.#seq); entry !== undefined; entry = this.#log.after(entry.seq)) {
      if (entry.seq > this.#seq + 1) return this.#tellStateBefore(entry.seq) ?? this.#gapBefore(entry);
      if (entry.type === 'output') {
        if (this.#isWindowUsedUp()) return this.#tellStateBefore(Number.POSITIVE_INFINITY);
        const bytes = this.#readAhead.take(entry);
        if (bytes === undefined) return undefined;
        this.#give(entry);
        return outputEvent(entry, bytes);
      }
      if (entry.type === 'resized' || entry.seq > this.#toldSeq) {
        this.#give(entry);
        return entry;
      }
      this.#moveTo(entry);
    }
    return undefined;
  }

  /** The client has consumed everything up to `ackSeq` and takes `windowBytes` of output beyond it. */
  acknowledge(ackSeq: number, windowBytes: number): void {
    this.#windowBytes = limitWindow(windowBytes);
    this.#ackedSeq = Math.max(this.#ackedSeq, Math.min(ackSeq, this.#seq));
    this.#sent.settle(this.#ackedSeq);
    this.#settle();
  }

  /** What was given out up to now. */
  mark(): DeliveryMark {
    return { count: this.#sentCount, seq: this.#seq };
  }

  /** Everything that was given out up to `mark` has arrived. */
  prove({ count, seq }: DeliveryMark): void {
    if (count <= this.#provenCount) return;
    this.#provenCount = count;
    this.#provenSeq = Math.max(this.#provenSeq, seq);
    this.#settleSent();
    this.#settle();
  }

  /** The client has gone; another connection may `continueAt` some position. */
  park(): void {
    this.#isParked = true;
    this.#readAhead.close();
  }

  /** Goes on at a position, for a client that begins to listen. */
  continueAt({ afterSeq, windowBytes, hasArrived }: Continuation): void {
    const arrivedSeq = this.#arrivedSeq;
    const seq = Math.min(afterSeq, this.#log.nextSeq - 1);
    this.#readAhead.close();
    this.#readAhead = new ReadAhead(this.#log, this.#onLoaded);
    this.#isParked = false;
    this.#offset = this.#offsetAt(seq);
    this.#windowBytes = limitWindow(windowBytes);
    this.#seq = seq;
    this.#toldSeq = seq;
    this.#sent.restart(seq, this.#offset);
    // What has arrived was not consumed yet, and may have to be read again; who wants no output will not say more.
    if (windowBytes === 0) this.#ackedSeq = seq;
    this.#outputSeq = seq;
    this.#provenSeq = hasArrived ? seq : Math.min(arrivedSeq, seq);
    this.#provenCount = this.#sentCount;
    if (!hasArrived) this.#sentCount += 1;
    const entry = this.#log.after(seq - 1);
    if (this.#isOwner && entry?.seq === seq) this.#log.ownerSent(entry);
    this.#settle();
  }

  /** Fetches nothing more. */
  close(): void {
    this.#readAhead.close();
  }

  /** Everything up to here is known to have arrived. */
  get #arrivedSeq(): number {
    return this.#needsProof && this.#provenCount < this.#sentCount ? this.#provenSeq : this.#seq;
  }

  // Nobody wants the output, so its reader is at the end; what it missed there it is told of all the same.
  #takeStateOnly(): LogEvent | undefined {
    const state = this.#isParked ? undefined : this.#tellStateBefore(Number.POSITIVE_INFINITY);
    const last = this.#log.after(this.#log.nextSeq - 2);
    if (last !== undefined && last.seq > this.#seq) this.#moveTo(last);
    return state;
  }

  // How a process ended must not depend on anybody reading what it printed, nor on its still being kept.
  #tellStateBefore(seq: number): LogEvent | undefined {
    const state = [this.#log.exited, this.#log.closed].find(
      (event) => event !== undefined && event.seq > this.#toldSeq && event.seq < seq,
    );
    if (state === undefined) return undefined;
    this.#count();
    this.#toldSeq = state.seq;
    return state;
  }

  #gapBefore(event: LogEntry): GapEvent {
    this.#count();
    const gap: GapEvent = {
      type: 'gap',
      fromSeq: this.#seq + 1,
      toSeq: event.seq - 1,
      bytes: event.offset - (this.#offset ?? event.offset),
    };
    this.#seq = event.seq - 1;
    this.#offset = event.offset;
    return gap;
  }

  #isWindowUsedUp(): boolean {
    return this.#windowBytes !== undefined && this.#sent.bytes >= this.#windowBytes;
  }

  #give(entry: LogEntry): void {
    this.#count();
    this.#sent.add(entry);
    if (entry.type === 'output') this.#outputSeq = entry.seq;
    if (entry.type === 'exited' || entry.type === 'closed') this.#toldSeq = entry.seq;
    this.#moveTo(entry);
    if (!this.#needsProof) this.#settleSent();
  }

  #count(): void {
    this.#provenSeq = this.#arrivedSeq;
    this.#sentCount += 1;
  }

  #moveTo(entry: LogEntry): void {
    this.#seq = entry.seq;
    this.#offset = entry.offset + lengthOf(entry);
    if (this.#isOwner) this.#log.ownerSent(entry);
    this.#settle();
  }

  // Where there are windows only an acknowledgement makes room in them.
  #settleSent(): void {
    if (this.#windowBytes === undefined) this.#sent.settle(this.#arrivedSeq);
  }

  #settle(): void {
    if (!this.#isOwner) return;
    const isAcked = this.#windowBytes === undefined || this.#ackedSeq >= this.#outputSeq;
    const settledSeq = this.#windowBytes === 0 ? this.#seq : this.#arrivedSeq;
    this.#log.ownerTook(isAcked ? settledSeq : this.#ackedSeq);
  }

  #offsetAt(seq: number): number | undefined {
    if (seq === 0) return 0;
    const entry = this.#log.after(seq - 1);
    if (entry?.seq === seq) return entry.offset + lengthOf(entry);
    return entry?.seq === seq + 1 ? entry.offset : this.#sent.endAt(seq);
  }
}

function limitWindow(windowBytes: number | undefined): number | undefined {
  return windowBytes === undefined ? undefined : Math.min(windowBytes, MAX_WINDOW_BYTES);
}
