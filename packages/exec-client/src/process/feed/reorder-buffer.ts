import type { ProcessEvent } from '../events.js';

/** Events that may wait for an earlier one before the hole is given up. */
const MAX_WAITING = 256;

/**
 * Puts pushed events back into the order of their seq: some servers swap neighbours. Events that were seen before are
 * left out. A hole that 256 later events did not fill is skipped; whoever needs what was in it has to read it.
 */
export class ReorderBuffer {
  readonly #waiting = new Map<number, ProcessEvent>();
  #next: number;

  /** @param after The first event is the one behind this seq. */
  constructor(after = 0) {
    this.#next = after + 1;
  }

  /** Takes an event as it came. @returns what can go on now, in order. */
  push(event: ProcessEvent): readonly ProcessEvent[] {
    if (event.seq < this.#next) return [];
    if (event.seq === this.#next && this.#waiting.size === 0) {
      this.#next += 1;
      return [event];
    }
    this.#waiting.set(event.seq, event);
    if (this.#waiting.size > MAX_WAITING) this.#next = Math.min(...this.#waiting.keys());
    return this.#release();
  }

  /** Everything up to `seq` will never come. @returns what can go on now, in order. */
  skip(seq: number): readonly ProcessEvent[] {
    for (const waiting of this.#waiting.keys()) if (waiting <= seq) this.#waiting.delete(waiting);
    this.#next = Math.max(this.#next, seq + 1);
    return this.#release();
  }

  #release(): readonly ProcessEvent[] {
    const released: ProcessEvent[] = [];
    for (let event = this.#take(); event !== undefined; event = this.#take()) released.push(event);
    return released;
  }

  #take(): ProcessEvent | undefined {
    const event = this.#waiting.get(this.#next);
    if (event === undefined) return undefined;
    this.#waiting.delete(this.#next);
    this.#next += 1;
    return event;
  }
}
