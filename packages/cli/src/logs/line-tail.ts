import type { ProcessEvent } from '@holdfast/exec-client';

/** A piece of output. */
export type OutputEvent = Extract<ProcessEvent, { readonly type: 'output' }>;

/** One of the streams that a process prints on. */
export type Stream = OutputEvent['stream'];

/** A place in the output. */
export interface Place {
  readonly seq: number;
  /** Bytes of that event that come before it. */
  readonly offset: number;
}

interface Line extends Place {
  readonly stream: Stream;
}

const NEWLINE = 0x0a;

/**
 * Finds where the last lines begin. Each stream has its own lines; they count in the order in which they end, and last of
 * all those that have not ended.
 */
export class LineTail {
  readonly #count: number;
  /** The newest lines; the next one takes the place of the oldest. */
  readonly #newest: Line[] = [];
  #found = 0;
  readonly #open = new Map<Stream, Line>();
  readonly #isWhole: boolean;
  readonly #inStep = new Set<Stream>();

  /**
   * @param count How many lines are wanted, at least 1.
   * @param isWhole Whether the output is seen from its beginning; otherwise the first line of each stream may be the rest of
   *   one, and does not count.
   */
  constructor(count: number, isWhole: boolean) {
    this.#count = count;
    this.#isWhole = isWhole;
  }

  /** Takes the next piece of output. */
  add({ seq, stream, bytes }: OutputEvent): void {
    for (let at = 0; at < bytes.length; ) {
      if (!this.#open.has(stream) && (this.#isWhole || this.#inStep.has(stream))) {
        this.#open.set(stream, { stream, seq, offset: at });
      }
      const end = bytes.indexOf(NEWLINE, at);
      if (end === -1) return;
      this.#inStep.add(stream);
      this.#close(stream);
      at = end + 1;
    }
  }

  /** Where each stream begins that has a line among the last ones; undefined when there are not as many. */
  finish(): ReadonlyMap<Stream, Place> | undefined {
    for (const stream of [...this.#open.keys()]) this.#close(stream);
    if (this.#found < this.#count) return undefined;
    const first = new Map<Stream, Place>();
    for (const { stream, ...place } of this.#newest) {
      const earlier = first.get(stream);
      if (earlier === undefined || isBefore(place, earlier)) first.set(stream, place);
    }
    return first;
  }

  #close(stream: Stream): void {
    const line = this.#open.get(stream);
    if (line === undefined) return;
    this.#open.delete(stream);
    this.#newest[this.#found % this.#count] = line;
    this.#found += 1;
  }
}

function isBefore(one: Place, other: Place): boolean {
  return one.seq < other.seq || (one.seq === other.seq && one.offset < other.offset);
}
