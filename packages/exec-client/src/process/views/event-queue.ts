import type { ProcessEvent } from '../events.js';

/** Output in events that wait in one view; past it the view reads what it missed from the server. */
export const VIEW_QUEUE_BYTES = 64 * 1024 * 1024;

// What an event costs beside its bytes, about. Without it a million one-byte events would count as nothing.
const EVENT_OVERHEAD_BYTES = 256;

// Removing from the front of an array copies the rest, so it is done for many at once.
const COMPACT_AT = 1024;

/** Pushed events in order, up to a limit in bytes. Where there was no room, some are missing. */
export class EventQueue {
  readonly #limitBytes: number;
  #events: ProcessEvent[] = [];
  #taken = 0;
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get isEmpty(): boolean {
    return this.#taken === this.#events.length;
  }

  /** The seq of the newest event, or 0 when there is none. */
  get lastSeq(): number {
    return this.isEmpty ? 0 : (this.#events.at(-1)?.seq ?? 0);
  }

  /** Appends an event, or leaves it out when there is no room. A first event always fits. */
  push(event: ProcessEvent): void {
    const cost = costOf(event);
    if (this.#bytes + cost > this.#limitBytes && !this.isEmpty) return;
    this.#events.push(event);
    this.#bytes += cost;
  }

  /** The event of exactly this seq. Everything before it is dropped. */
  find(seq: number): ProcessEvent | undefined {
    for (let head = this.#events[this.#taken]; head !== undefined; head = this.#events[this.#taken]) {
      if (head.seq === seq) return head;
      if (head.seq > seq) return undefined;
      this.#drop(head);
    }
    return undefined;
  }

  clear(): void {
    this.#events = [];
    this.#taken = 0;
    this.#bytes = 0;
  }

  #drop(head: ProcessEvent): void {
    this.#bytes -= costOf(head);
    this.#taken += 1;
    if (this.isEmpty) this.clear();
    else if (this.#taken >= COMPACT_AT) {
      this.#events.splice(0, this.#taken);
      this.#taken = 0;
    }
  }
}

function costOf(event: ProcessEvent): number {
  return EVENT_OVERHEAD_BYTES + (event.type === 'output' ? event.bytes.length : 0);
}
