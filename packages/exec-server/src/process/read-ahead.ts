import type { Timer } from '../clock.js';
import type { EventLog } from './event-log.js';
import { isSpilled, type LogEntry, type OutputEntry, type SpilledEntry } from './log-entry.js';
import { readRun } from './spilled-run.js';

/** Fetches spilled output for one reader that goes forward, before it is asked for. */
export class ReadAhead {
  readonly #log: EventLog;
  readonly #onLoaded: () => void;
  readonly #loaded = new Map<number, Uint8Array>();
  #loadedBytes = 0;
  #loadedSeq = 0;
  #isLoading = false;
  #isClosed = false;
  #retry: Timer | undefined;

  /** @param onLoaded Called after `take` had nothing to give, when it is worth asking again. */
  constructor(log: EventLog, onLoaded: () => void) {
    this.#log = log;
    this.#onLoaded = onLoaded;
  }

  /** The bytes of an entry, once; undefined when they have to be fetched first, which begins now. */
  take(entry: OutputEntry): Uint8Array | undefined {
    if (!isSpilled(entry)) return entry.at instanceof Uint8Array ? entry.at : undefined;
    const bytes = this.#loaded.get(entry.seq);
    if (bytes === undefined) {
      this.#restart(entry);
      return undefined;
    }
    this.#loaded.delete(entry.seq);
    this.#loadedBytes -= bytes.length;
    // The next lot is fetched while the second half of this one is used.
    if (this.#loadedBytes <= this.#log.fetchBytes / 2) this.#fetchNext();
    return bytes;
  }

  /** Fetches nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#retry?.cancel();
    this.#loaded.clear();
  }

  #restart(entry: SpilledEntry): void {
    if (this.#isLoading || this.#isClosed) return;
    // The reader has jumped, or comes for the first time: what was loaded lies behind it.
    this.#loaded.clear();
    this.#loadedBytes = 0;
    void this.#load(entry);
  }

  #fetchNext(): void {
    if (this.#isLoading || this.#isClosed) return;
    let next = this.#log.peek(this.#loadedSeq);
    while (next !== undefined && next.type !== 'output') next = this.#log.peek(next.seq);
    if (next !== undefined && isSpilled(next)) void this.#load(next);
  }

  async #load(first: SpilledEntry): Promise<void> {
    this.#isLoading = true;
    try {
      const run = runFrom(this.#log, first);
      const loaded = await readRun(this.#log, run);
      if (this.#isClosed) return;
      // Given back meanwhile: the log says what comes instead.
      loaded?.forEach((bytes, index) => {
        this.#keep(run[index], bytes);
      });
      this.#isLoading = false;
      this.#onLoaded();
    } catch {
      // The spill has told the server. What lies in it is not given up: disks and networks come back.
      if (this.#isClosed) return;
      this.#retry = this.#log.retryLater(() => {
        this.#isLoading = false;
        this.#onLoaded();
      });
    }
  }

  #keep(entry: LogEntry | undefined, bytes: Uint8Array): void {
    if (entry === undefined) return;
    this.#loaded.set(entry.seq, bytes);
    this.#loadedBytes += bytes.length;
    this.#loadedSeq = entry.seq;
  }
}

function runFrom(log: EventLog, first: SpilledEntry): readonly SpilledEntry[] {
  const run = [first];
  let end = first.at + first.length;
  for (let entry = log.peek(first.seq); entry !== undefined; entry = log.peek(entry.seq)) {
    if (entry.type !== 'output') continue;
    if (!isSpilled(entry) || entry.at !== end || end + entry.length - first.at > log.fetchBytes) break;
    run.push(entry);
    end += entry.length;
  }
  return run;
}
