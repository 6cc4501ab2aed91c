import { MAX_WINDOW_BYTES } from '@holdfast/exec-protocol';
import type { EventLog, LogEvent } from './event-log.js';

/**
 * The owner's reader of a log: takes events in order for as long as they may be pushed.
 *
 * Without windows everything may go at once, and what was taken counts as delivered. With windows output goes only as
 * far as the client asked for, and counts as delivered when the client acknowledges it; a window of 0 means that the
 * client wants no output at all, so the cursor passes over it and takes state events only.
 */
export class PushCursor {
  readonly #log: EventLog;
  readonly #hasWindows: boolean;
  #seq = 0;
  #windowBytes: number;
  #ackedSeq = 0;
  /** Output that was taken and not acknowledged yet. */
  #unacked: { readonly seq: number; readonly bytes: number }[] = [];
  #unackedBytes = 0;

  /** @param windowBytes The first window; undefined for a client that does not use windows. */
  constructor(log: EventLog, windowBytes: number | undefined) {
    this.#log = log;
    this.#hasWindows = windowBytes !== undefined;
    this.#windowBytes = Math.min(windowBytes ?? 0, MAX_WINDOW_BYTES);
  }

  /** The next event to push, or undefined when there is none or the window is used up. */
  take(): LogEvent | undefined {
    const event = this.#hasWindows ? this.#nextInWindow() : this.#log.after(this.#seq);
    if (event === undefined) return undefined;
    this.#moveTo(event.seq);
    if (this.#hasWindows && event.type === 'output') this.#remember(event.seq, event.bytes.length);
    this.#settle();
    return event;
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

  #nextInWindow(): LogEvent | undefined {
    for (let event = this.#log.after(this.#seq); event !== undefined; event = this.#log.after(event.seq)) {
      if (event.type !== 'output') return event;
      if (this.#windowBytes > 0) return this.#unackedBytes < this.#windowBytes ? event : undefined;
      this.#moveTo(event.seq);
      this.#settle();
    }
    return undefined;
  }

  #moveTo(seq: number): void {
    this.#seq = seq;
    this.#log.ownerSent(seq);
  }

  #settle(): void {
    this.#log.ownerTook(this.#unacked.length === 0 ? this.#seq : this.#ackedSeq);
  }

  #remember(seq: number, bytes: number): void {
    this.#unacked.push({ seq, bytes });
    this.#unackedBytes += bytes;
  }
}
