/** The search for one name, for everybody who has asked for it meanwhile. */
export class SharedLookup {
  readonly name: string;
  readonly #onAbandoned: () => void;
  readonly #stopping = new AbortController();
  readonly #askers = new Set<(addresses: readonly string[]) => void>();

  /** @param onAbandoned Called when the last one who has asked does not want to know any more. */
  constructor(name: string, onAbandoned: () => void) {
    this.name = name;
    this.#onAbandoned = onAbandoned;
  }

  /** Fires when the search is to end. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** What is found; nothing once the signal of who asks has fired. */
  join(signal: AbortSignal): Promise<readonly string[]> {
    return new Promise((resolve) => {
      const take = (addresses: readonly string[]): void => {
        signal.removeEventListener('abort', leave);
        this.#askers.delete(take);
        resolve(addresses);
      };
      const leave = (): void => {
        take([]);
        if (this.#askers.size > 0) return;
        this.#onAbandoned();
        this.stop();
      };
      this.#askers.add(take);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  stop(): void {
    this.#stopping.abort();
  }

  settle(addresses: readonly string[]): void {
    for (const take of this.#askers) take(addresses);
  }
}
