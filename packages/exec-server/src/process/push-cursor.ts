import { MAX_WINDOW_BYTES } from '@holdfast/exec-protocol';
import type { EventLog, LogEvent } from './event-log.js';

/**
 * The owner's reader of a log: takes events in order for as long as they may be pushed.
 *
 * Without windows everything may go at once, and what was taken counts as delivered. With windows output goes only as
 * far as the client asked for, and counts as delivered when the client acknowledges it; a window of 0 means that the
 * client wants no output at all, so the cursor passes over it and takes state events only. While a window is used up,
 * `exited` and `closed` overtake the output that it holds back.
 */
export class PushCursor {
  readonly #log: EventLog;
  readonly #hasWindows: boolean;
  #seq = 0;
  #windowBytes: number;
  #ackedSeq = 0;
  /** State events up to here were told ahead of output that the window held back. */
  #toldSeq = 0;
  /** Output that was taken and not acknowledged yet. */
  #unacked: { readonly seq: number; readonly bytes: number }[] = [];
  #unackedBytes = 0;

  /** @param windowBytes The first window; undefined for a client that does not use windows. */
  constructor(log: EventLog, windowBytes: number | undefined) {
    this.#log = log;
    this.#hasWindows = windowBytes !== undefined;
    this.#windowBytes = Math.min(windowBytes ?? 0, MAX_WINDOW_BYTES);
  }

  /** Whether everything was taken, the last event included. */
  get isDone(): boolean {
    return this.#log.closed !== undefined && this.#seq >= this.#log.closed.seq;
  }

  /** The next event to push, or undefined when there is none or the window is used up. */
  take(): LogEvent | undefined {
    for (let event = this.#log.after(this.#seq); event !== undefined; event = this.#log.after(event.seq)) {
      const isWanted = event.type !== 'output' || !this.#hasWindows || this.#windowBytes > 0;
      if (isWanted && event.type === 'output' && this.#isWindowUsedUp()) return this.#tellStateAhead();
      this.#moveTo(event);
      const isNews = event.type === 'output' ? isWanted : event.seq > this.#toldSeq;
      if (isNews) return event;
    }
    return undefined;
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

  #isWindowUsedUp(): boolean {
    return this.#hasWindows && this.#unackedBytes >= this.#windowBytes;
  }

  #moveTo(event: LogEvent): void {
    this.#seq = event.seq;
    this.#log.ownerSent(event.seq);
    if (this.#hasWindows && this.#windowBytes > 0 && event.type === 'output') {
      this.#unacked.push({ seq: event.seq, bytes: event.bytes.length });
      this.#unackedBytes += event.bytes.length;
    }
    this.#settle();
  }

  #settle(): void {
    this.#log.ownerTook(this.#unacked.length === 0 ? this.#seq : this.#ackedSeq);
  }
}
