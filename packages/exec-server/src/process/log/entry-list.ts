import { isSpilled, type LogEntry } from './log-entry.js';
import { packEntries, type SpilledPage } from './spilled-page.js';

/** Entries of one page. Large enough that a packed one hardly counts, small enough to be filled and dropped soon. */
export const PAGE_ENTRIES = 512;

type Page = (LogEntry | undefined)[] | SpilledPage;

/**
 * Entries with rising seqs and no holes: added at the end, dropped at the start. A page of them that lies in the spill as a
 * whole is kept as a few numbers for each, so what waits on the disk takes next to nothing in memory.
 */
export class EntryList {
  #pages: Page[] = [];
  /** The seq of the first place of the first page, whether its entry was dropped or not. */
  #baseSeq = 0;
  #firstSeq = 0;
  #nextSeq = 0;

  get count(): number {
    return this.#nextSeq - this.#firstSeq;
  }

  get first(): LogEntry | undefined {
    return this.#at(this.#firstSeq);
  }

  get last(): LogEntry | undefined {
    return this.#at(this.#nextSeq - 1);
  }

  /** The entry with this seq, or the first one where that was dropped. */
  from(seq: number): LogEntry | undefined {
    return this.#at(Math.max(seq, this.#firstSeq));
  }

  push(entry: LogEntry): void {
    if (this.count === 0) {
      this.#pages = [];
      this.#baseSeq = entry.seq;
      this.#firstSeq = entry.seq;
    }
    this.#nextSeq = entry.seq + 1;
    this.#put(entry);
  }

  /** Puts `entry` in place of the one with its seq. */
  replace(entry: LogEntry): void {
    if (entry.seq >= this.#firstSeq && entry.seq < this.#nextSeq) this.#put(entry);
  }

  dropFirst(): void {
    const page = this.#pages[0];
    // Its bytes go now; its place goes with its page.
    if (Array.isArray(page)) page[this.#firstSeq - this.#baseSeq] = undefined;
    this.#firstSeq += 1;
    if (this.#firstSeq - this.#baseSeq < PAGE_ENTRIES) return;
    this.#pages.shift();
    this.#baseSeq += PAGE_ENTRIES;
  }

  #at(seq: number): LogEntry | undefined {
    if (seq < this.#firstSeq || seq >= this.#nextSeq) return undefined;
    const place = seq - this.#baseSeq;
    const page = this.#pages[Math.floor(place / PAGE_ENTRIES)];
    return Array.isArray(page) ? page[place % PAGE_ENTRIES] : page?.entry(seq);
  }

  #put(entry: LogEntry): void {
    const place = entry.seq - this.#baseSeq;
    const index = Math.floor(place / PAGE_ENTRIES);
    const page = (this.#pages[index] ??= []);
    // What lies in the spill already does not change any more.
    if (!Array.isArray(page)) return;
    page[place % PAGE_ENTRIES] = entry;
    // Entries are spilled in order, so the last one of a page completes it.
    if (place % PAGE_ENTRIES === PAGE_ENTRIES - 1 && isSpilled(entry)) {
      this.#pages[index] = packEntries(page) ?? page;
    }
  }
}
