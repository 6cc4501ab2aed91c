import type { EventLog } from '../log/event-log.js';
import { isSpilled, type LogEntry, type SpilledEntry } from '../log/log-entry.js';

const NO_BYTES = Buffer.alloc(0);

/** Output that lies side by side in the spill, fetched with one read into a buffer that is filled again and again. */
export class SpilledRun {
  #bytes = NO_BYTES;
  #start = 0;
  #length = 0;
  #lastSeq = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** The last event of what was fetched. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /**
   * Fetches `first` and the output behind it, in place of what was fetched before; nothing when some of it was given back.
   * @param following The entry after another, where the reader goes.
   */
  async fetch(
    log: EventLog,
    first: SpilledEntry,
    following: (entry: LogEntry) => LogEntry | undefined,
  ): Promise<void> {
    this.#length = 0;
    const last = lastOfRun(first, following, log.fetchBytes);
    const length = last.at + last.length - first.at;
    if (length > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(length);
    if (!(await log.readSpill(first.at, this.#bytes.subarray(0, length)))) return;
    this.#start = first.at;
    this.#length = length;
    this.#lastSeq = last.seq;
  }

  /** The bytes of an entry if they were fetched. The next fetch overwrites them. */
  bytesOf({ at, length }: SpilledEntry): Uint8Array | undefined {
    const from = at - this.#start;
    if (from < 0 || from + length > this.#length) return undefined;
    return this.#bytes.subarray(from, from + length);
  }
}

function lastOfRun(
  first: SpilledEntry,
  following: (entry: LogEntry) => LogEntry | undefined,
  limitBytes: number,
): SpilledEntry {
  let last = first;
  for (let entry = following(first); entry !== undefined; entry = following(entry)) {
    if (entry.type !== 'output') continue;
    const end = last.at + last.length;
    if (!isSpilled(entry) || entry.at !== end || end + entry.length - first.at > limitBytes) break;
    last = entry;
  }
  return last;
}
