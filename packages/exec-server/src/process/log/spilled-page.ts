import type { OutputStream } from '../spawn/child.js';
import { isSpilled, type LogEntry, type SpilledEntry } from './log-entry.js';

/** Spilled output side by side, both in the log and in the spill, in five bytes for each entry. */
export interface SpilledPage {
  /** The entry with this seq, if it is on this page. */
  entry(seq: number): SpilledEntry | undefined;
}

/** The entries as a page, or undefined unless all of them are spilled and lie side by side. */
export function packEntries(entries: readonly (LogEntry | undefined)[]): SpilledPage | undefined {
  const spilled: SpilledEntry[] = [];
  for (const entry of entries) {
    const previous = spilled.at(-1);
    if (entry === undefined || !isSpilled(entry)) return undefined;
    if (previous !== undefined && previous.at + previous.length !== entry.at) return undefined;
    spilled.push(entry);
  }
  const [first] = spilled;
  return first && new ColumnPage(spilled, first);
}

const STREAMS: readonly OutputStream[] = ['stdout', 'stderr', 'pty'];

class ColumnPage implements SpilledPage {
  readonly #first: SpilledEntry;
  /** Where each entry ends, from the start of the page. */
  readonly #ends: Uint32Array;
  readonly #streams: Uint8Array;

  constructor(entries: readonly SpilledEntry[], first: SpilledEntry) {
    this.#first = first;
    this.#ends = Uint32Array.from(entries, ({ at, length }) => at + length - first.at);
    this.#streams = Uint8Array.from(entries, ({ stream }) => STREAMS.indexOf(stream));
  }

  entry(seq: number): SpilledEntry | undefined {
    const { seq: firstSeq, offset, at } = this.#first;
    const index = seq - firstSeq;
    const [end, stream] = [this.#ends[index], STREAMS[this.#streams[index] ?? -1]];
    if (end === undefined || stream === undefined) return undefined;
    const start = index === 0 ? 0 : (this.#ends[index - 1] ?? 0);
    return { type: 'output', seq, offset: offset + start, stream, length: end - start, at: at + start };
  }
}
