import { MAX_WINDOW_BYTES } from '@holdfast/exec-protocol';
import type { EventLog } from './event-log.js';
import { type LogEntry, type LogEvent, lengthOf, outputEvent } from './log-entry.js';
import { ReadAhead } from './read-ahead.js';

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
  /** Called when spilled output has been fetched that `take` had not at hand. */
  readonly onLoaded?: () => void;
}

/**
 * A reader of a log that takes events in order for as long as they may be pushed.
 *
 * Without windows everything may go at once, and what was taken counts as delivered. With windows output goes only as
 * far as the client asked for, and counts as delivered when the client acknowledges it; a window of 0 means that the
 * client wants no output at all, so the cursor passes over it and takes state events only. While a window is used up,
 * `exited` and `closed` overtake the output that it holds back.
 */
export class PushCursor {
  readonly #log: EventLog;
  readonly #hasWindows: boolean;
  readonly #isOwner: boolean;
  readonly #readAhead: ReadAhead;
  #seq: number;
  /** How many bytes of output lie before the position; undefined as long as that cannot be known. */
  #offset: number | undefined;
  #windowBytes: number;
  #ackedSeq = 0;
  /** State events up to here were told ahead of output that the window held back. */
  #toldSeq = 0;
  /** Output that was taken and not acknowledged yet. */
  #unacked: { readonly seq: number; readonly bytes: number }[] = [];
  #unackedBytes = 0;

  constructor(log: EventLog, options: PushCursorOptions) {
    const { windowBytes, afterSeq = 0, isOwner, onLoaded } = options;
    this.#log = log;
    this.#readAhead = new ReadAhead(log, onLoaded ?? ((): void => undefined));
    this.#hasWindows = windowBytes !== undefined;
    this.#isOwner = isOwner;
    this.#windowBytes = Math.min(windowBytes ?? 0, MAX_WINDOW_BYTES);
    this.#seq = Math.min(afterSeq, log.nextSeq - 1);
    this.#offset = this.#seq === 0 ? 0 : log.after(this.#seq)?.offset;
  }

  /** Whether everything was taken, the last event included. */
  get isDone(): boolean {
    return this.#log.closed !== undefined && this.#seq >= this.#log.closed.seq;
  }

  /** The next event to push, or undefined when there is none for now: none at all, no window, or it is being fetched. */
  take(): LogEvent | GapEvent | undefined {
    for (let entry = this.#log.after(this.#seq); entry !== undefined; entry = this.#log.after(entry.seq)) {
      if (entry.seq > this.#seq + 1 && this.#wantsOutput()) return this.#gapBefore(entry);
      if (entry.type === 'output' && this.#wantsOutput()) {
        if (this.#isWindowUsedUp()) return this.#tellStateAhead();
        const bytes = this.#readAhead.take(entry);
        if (bytes === undefined) return undefined;
        this.#moveTo(entry);
        return outputEvent(entry, bytes);
      }
      this.#moveTo(entry);
      if (this.#isToBeTold(entry)) return entry;
    }
    return undefined;
  }

  /** Fetches nothing more. */
  close(): void {
    this.#readAhead.close();
  }

  /** The client has consumed everything up to `ackSeq` and takes `windowBytes` of output beyond it. */
  acknowledge(ackSeq: number, windowBytes: number): void {
    this.#windowBytes = Math.min(windowBytes, MAX_WINDOW_BYTES);
    this.#ackedSeq = Math.max(this.#ackedSeq, Math.min(ackSeq, this.#seq));
    let settled = 0;
    for (const sent of this.#unacked) {
      if (sent.seq > this.#ackedSeq) break;
      this.#unackedBytes -= sent.bytes;
      settled += 1;
    }
    this.#unacked.splice(0, settled);
    this.#settle();
  }

  // How a process ended must not depend on anybody reading what it printed.
  #tellStateAhead(): LogEvent | undefined {
    const state = [this.#log.exited, this.#log.closed].find(
      (event) => event !== undefined && event.seq > this.#toldSeq,
    );
    if (state !== undefined) this.#toldSeq = state.seq;
    return state;
  }

  #isToBeTold(entry: LogEntry): entry is Exclude<LogEntry, { readonly type: 'output' }> {
    if (entry.type === 'output') return false;
    return entry.type === 'resized' ? this.#wantsOutput() : entry.seq > this.#toldSeq;
  }

  #gapBefore(event: LogEntry): GapEvent {
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

  #wantsOutput(): boolean {
    return !this.#hasWindows || this.#windowBytes > 0;
  }

  #isWindowUsedUp(): boolean {
    return this.#hasWindows && this.#windowBytes > 0 && this.#unackedBytes >= this.#windowBytes;
  }

  #moveTo(event: LogEntry): void {
    const bytes = lengthOf(event);
    this.#seq = event.seq;
    this.#offset = event.offset + bytes;
    if (this.#hasWindows && this.#windowBytes > 0 && bytes > 0) {
      this.#unacked.push({ seq: event.seq, bytes });
      this.#unackedBytes += bytes;
    }
    if (this.#isOwner) this.#log.ownerSent(event);
    this.#settle();
  }

  #settle(): void {
    if (this.#isOwner) this.#log.ownerTook(this.#unacked.length === 0 ? this.#seq : this.#ackedSeq);
  }
}
