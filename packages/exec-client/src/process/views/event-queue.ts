import type { ProcessEvent } from '../events.js';

/** Output in events that wait in one view; past it the view reads what it missed from the server. */
export const VIEW_QUEUE_BYTES = 64 * 1024 * 1024;

// What an event costs beside its bytes, about. Without it a million one-byte events would count as nothing.
const EVENT_OVERHEAD_BYTES = 256;

// Removing from the front of an array copies the rest, so it is done for many at once.
const COMPACT_AT = 1024;

/** Pushed events without a hole among them, up to a limit in bytes. */
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

  /** The seq of the newest event, or undefined when there is none. */
  get lastSeq(): number | undefined {
    return this.isEmpty ? undefined : this.#events.at(-1)?.seq;
  }

  /** Appends an event. @returns false, and leaves it out, when there is no room. */
  push(event: ProcessEvent): boolean {
    const cost = costOf(event);
    if (this.#bytes + cost > this.#limitBytes && !this.isEmpty) return false;
    this.#events.push(event);
    this.#bytes += cost;
    return true;
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
