import { REORDER_BYTES } from '@holdfast/exec-protocol';
import type { ProcessEvent } from '../events.js';

// What an event costs beside its bytes, about.
const EVENT_OVERHEAD_BYTES = 256;

/**
 * Puts pushed events back into the order of their seq: some servers swap neighbours, and some push what is new before they
 * are asked for what was missed. Events that were seen before are left out. Where too much waits for a hole to be filled,
 * the hole is skipped; whoever needs what was in it has to read it.
 */
export class ReorderBuffer {
  readonly #waiting = new Map<number, ProcessEvent>();
  readonly #limitBytes: number;
  #waitingBytes = 0;
  #next: number;

  /** @param after The first event is the one behind this seq. @param limitBytes What may wait. */
  constructor(after = 0, limitBytes: number = REORDER_BYTES) {
    this.#next = after + 1;
    this.#limitBytes = limitBytes;
  }

  /** Takes an event as it came. @returns what can go on now, in order. */
  push(event: ProcessEvent): readonly ProcessEvent[] {
    if (event.seq < this.#next || this.#waiting.has(event.seq)) return [];
    if (event.seq === this.#next && this.#waiting.size === 0) {
      this.#next += 1;
      return [event];
    }
    this.#waiting.set(event.seq, event);
    this.#waitingBytes += costOf(event);
    if (this.#waitingBytes > this.#limitBytes) {
      this.#next = [...this.#waiting.keys()].reduce((lowest, seq) => Math.min(lowest, seq));
    }
    return this.#release();
  }

  /** Everything up to `seq` that has not come never will. @returns what can go on now, in order. */
  skip(seq: number): readonly ProcessEvent[] {
    const early = [...this.#waiting.keys()].filter((waiting) => waiting <= seq).sort((a, b) => a - b);
    const released = early.flatMap((waiting) => this.#take(waiting) ?? []);
    this.#next = Math.max(this.#next, seq + 1);
    return [...released, ...this.#release()];
  }

  #release(): readonly ProcessEvent[] {
    const released: ProcessEvent[] = [];
    for (let event = this.#take(this.#next); event !== undefined; event = this.#take(this.#next)) {
      this.#next += 1;
      released.push(event);
    }
    return released;
  }

  #take(seq: number): ProcessEvent | undefined {
    const event = this.#waiting.get(seq);
    if (event === undefined) return undefined;
    this.#waiting.delete(seq);
    this.#waitingBytes -= costOf(event);
    return event;
  }
}

function costOf(event: ProcessEvent): number {
  return EVENT_OVERHEAD_BYTES + (event.type === 'output' ? event.bytes.length : 0);
}
