/** Whoever tells what waits. */
export interface RecordTeller {
  /** There are records to be taken. */
  onRecords(): void;
}

/** What the client of a session is told, over all its connections: once, in order, and later where there is none now. */
export class RecordQueue<T> {
  readonly #limit: number;
  readonly #records: T[] = [];
  #teller: RecordTeller | undefined;
  #isClosed = false;

  /** @param limit How many wait; past it the oldest is left out. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(record: T): void {
    if (this.#isClosed) return;
    this.#records.push(record);
    if (this.#records.length > this.#limit) this.#records.shift();
    this.#teller?.onRecords();
  }

  /** The next record; it is told once. */
  take(): T | undefined {
    return this.#records.shift();
  }

  /** What waits is told to nobody. */
  clear(): void {
    this.#records.length = 0;
  }

  /** From now on this one tells, what waits first. */
  connect(teller: RecordTeller): void {
    this.#teller = teller;
    if (this.#records.length > 0) teller.onRecords();
  }

  /** It tells nothing more; another one may be there already. */
  disconnect(teller: RecordTeller): void {
    if (this.#teller === teller) this.#teller = undefined;
  }

  /** Nobody will come any more. */
  close(): void {
    this.#isClosed = true;
    this.#teller = undefined;
    this.clear();
  }
}
