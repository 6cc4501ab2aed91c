import { MAX_LISTING_BYTES, type PathUri } from '@holdfast/exec-protocol';

/** What an entry takes beside its path, in the largest listing. */
const ENTRY_BYTES = 128;

/** How much still fits into one listing. Paths can be long, and each repeats the one above it. */
export class ListingRoom {
  #left: number;

  constructor(bytes: number = MAX_LISTING_BYTES) {
    this.#left = bytes;
  }

  /** @param more Bytes that this entry has beside what all have. @returns false once an entry does not fit. */
  take(uri: PathUri, more = 0): boolean {
    this.#left -= uri.length + more + ENTRY_BYTES;
    return !this.isFull;
  }

  /** Whether something did not fit. */
  get isFull(): boolean {
    return this.#left < 0;
  }
}
