import type { LogEntry } from './log-entry.js';

/** Entries with rising seqs and no holes: added at the end, dropped at the start. */
export class EntryList {
  #entries: (LogEntry | undefined)[] = [];
  #dropped = 0;

  get count(): number {
    return this.#entries.length - this.#dropped;
  }

  get first(): LogEntry | undefined {
    return this.#entries[this.#dropped];
  }

  get last(): LogEntry | undefined {
    return this.#entries.at(-1);
  }

  /** The entry with this seq, or the first one where that was dropped. */
  from(seq: number): LogEntry | undefined {
    const { first } = this;
    return first === undefined ? undefined : this.#entries[this.#dropped + Math.max(0, seq - first.seq)];
  }

  push(entry: LogEntry): void {
    this.#entries.push(entry);
  }

  /** Puts `entry` in place of the one with its seq. */
  replace(entry: LogEntry): void {
    const { first } = this;
    if (first !== undefined && entry.seq >= first.seq) {
      this.#entries[this.#dropped + entry.seq - first.seq] = entry;
    }
  }

  dropFirst(): void {
    // Its bytes go now; its place goes later, because moving the others each time would be quadratic.
    this.#entries[this.#dropped] = undefined;
    this.#dropped += 1;
    if (this.#dropped < this.#entries.length && (this.#dropped < 64 || this.#dropped < this.count)) return;
    this.#entries = this.#entries.slice(this.#dropped);
    this.#dropped = 0;
  }
}
