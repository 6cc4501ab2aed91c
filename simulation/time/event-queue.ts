/** Something that will happen at an instant. */
export interface QueuedEvent {
  /** When, in milliseconds. */
  readonly at: number;
  /** Breaks ties at one instant: the lower one comes first. */
  readonly order: number;
  /** Breaks the ties that are left: what was queued first comes first. */
  readonly number: number;
}

/** Events by time, the next one first; a binary heap. */
export class EventQueue<T extends QueuedEvent> {
  readonly #heap: T[] = [];

  get next(): T | undefined {
    return this.#heap[0];
  }

  push(event: T): void {
    let at = this.#heap.length;
    this.#heap.push(event);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = this.#heap[parentAt];
      if (parent === undefined || !isBefore(event, parent)) break;
      this.#heap[at] = parent;
      at = parentAt;
    }
    this.#heap[at] = event;
  }

  pop(): T | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) this.#sink(last);
    return first;
  }

  #sink(event: T): void {
    let at = 0;
    for (;;) {
      const childAt = this.#smallerChild(at);
      const child = this.#heap[childAt];
      if (child === undefined || !isBefore(child, event)) break;
      this.#heap[at] = child;
      at = childAt;
    }
    this.#heap[at] = event;
  }

  #smallerChild(at: number): number {
    const left = this.#heap[2 * at + 1];
    const right = this.#heap[2 * at + 2];
    return left !== undefined && right !== undefined && isBefore(right, left) ? 2 * at + 2 : 2 * at + 1;
  }
}

function isBefore(a: QueuedEvent, b: QueuedEvent): boolean {
  if (a.at !== b.at) return a.at < b.at;
  return a.order === b.order ? a.number < b.number : a.order < b.order;
}
