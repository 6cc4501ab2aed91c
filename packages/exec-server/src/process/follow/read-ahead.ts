import type { Timer } from '../../clock.js';
import type { EventLog } from '../log/event-log.js';
import { isSpilled, type OutputEntry, residentBytes, type SpilledEntry } from '../log/log-entry.js';
import { SpilledRun } from './spilled-run.js';

/**
 * Fetches spilled output for one reader that goes forward, before it is asked for.
 *
 * While one run is handed out the next one is fetched. Both use their buffers again and again, so that gigabytes which pass
 * leave no garbage of their size.
 */
export class ReadAhead {
  readonly #log: EventLog;
  readonly #onLoaded: () => void;
  #current = new SpilledRun();
  #next = new SpilledRun();
  #isLoading = false;
  #isClosed = false;
  #retry: Timer | undefined;

  /** @param onLoaded Called after `take` had nothing to give, when it is worth asking again. */
  constructor(log: EventLog, onLoaded: () => void) {
    this.#log = log;
    this.#onLoaded = onLoaded;
  }

  /**
   * The bytes of an entry, which may be overwritten once `take` is called again. Undefined when they have to be fetched
   * first, which begins now.
   */
  take(entry: OutputEntry): Uint8Array | undefined {
    if (!isSpilled(entry)) {
      this.#release();
      return residentBytes(entry);
    }
    const bytes = this.#current.bytesOf(entry);
    if (bytes !== undefined) return bytes;
    const next = this.#next.bytesOf(entry);
    if (next === undefined) this.#restart(entry);
    else this.#turn();
    return next;
  }

  /** Fetches nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#retry?.cancel();
    this.#release();
  }

  /** Where output comes from memory again, nothing is held that only the spill needs. */
  #release(): void {
    if (!this.#current.isEmpty) this.#current = new SpilledRun();
    if (!this.#next.isEmpty) this.#next = new SpilledRun();
  }

  /** The run that was fetched ahead is handed out now, and what was handed out before makes room. */
  #turn(): void {
    [this.#current, this.#next] = [this.#next, this.#current];
    let following = this.#log.peek(this.#current.lastSeq);
    while (following !== undefined && following.type !== 'output') following = this.#log.peek(following.seq);
    if (following !== undefined && isSpilled(following)) void this.#load(following);
  }

  /** The reader comes for the first time, or has jumped. */
  #restart(entry: SpilledEntry): void {
    if (!this.#isLoading && !this.#isClosed) void this.#load(entry);
  }

  async #load(first: SpilledEntry): Promise<void> {
    this.#isLoading = true;
    try {
      // Given back meanwhile: the log says what comes instead.
      await this.#next.fetch(this.#log, first, ({ seq }) => this.#log.peek(seq));
      if (this.#isClosed) return;
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
}
