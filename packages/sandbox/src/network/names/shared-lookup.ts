import type { Found, NameDenial } from './look-up.js';

/** What is searched. */
export interface Sought {
  readonly name: string;
  readonly denial: NameDenial | undefined;
}

/** The search for one name, for everybody who has asked for it meanwhile. */
export class SharedLookup implements Sought {
  readonly name: string;
  readonly denial: NameDenial | undefined;
  readonly #onAbandoned: () => void;
  readonly #stopping = new AbortController();
  readonly #askers = new Set<(found: Found) => void>();

  /** @param onAbandoned Called when the last one who has asked does not want to know any more. */
  constructor({ name, denial }: Sought, onAbandoned: () => void) {
    this.name = name;
    this.denial = denial;
    this.#onAbandoned = onAbandoned;
  }

  /** Fires when the search is to end. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** What is found; nothing once the signal of who asks has fired. */
  join(signal: AbortSignal): Promise<Found> {
    return new Promise((resolve) => {
      const take = (found: Found): void => {
        signal.removeEventListener('abort', leave);
        this.#askers.delete(take);
        resolve(found);
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

  settle(found: Found): void {
    for (const take of this.#askers) take(found);
  }
}
