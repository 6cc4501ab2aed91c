/** An entry of a directory, whatever is known of it. */
interface Named {
  readonly name: Buffer;
}

/** The first entries of a directory. */
export interface FirstEntries<E extends Named> {
  /** Sorted by the bytes of their names. */
  readonly entries: readonly E[];
  /** Whether there are more. */
  readonly isCut: boolean;
}

/** How many entries are held beyond those that are kept, and so how many are sorted at once. */
export const UNSORTED_ENTRIES = 4096;

/**
 * Keeps the first entries of those that come in any order. However many come, none takes longer than to sort
 * `UNSORTED_ENTRIES` into those that are kept.
 */
export class EntriesByName<E extends Named> {
  readonly #limit: number;
  readonly #entries: E[] = [];
  #unsorted = 0;
  /** The last that is kept, once there are more. */
  #last: Buffer | undefined;
  #isCut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(entry: E): void {
    if (this.#last !== undefined && entry.name.compare(this.#last) > 0) return;
    this.#entries.push(entry);
    this.#unsorted += 1;
    if (this.#unsorted >= UNSORTED_ENTRIES) this.#sort();
  }

  first(): FirstEntries<E> {
    this.#sort();
    return { entries: this.#entries, isCut: this.#isCut };
  }

  /** What is in order by now costs a single pass. */
  #sort(): void {
    this.#unsorted = 0;
    this.#entries.sort((one, other) => one.name.compare(other.name));
    if (this.#entries.length <= this.#limit) return;
    this.#isCut = true;
    this.#entries.length = this.#limit;
    this.#last = this.#entries.at(-1)?.name;
  }
}
