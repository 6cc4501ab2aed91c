/** Lets searches have the event loop one after the other, however many there are. */
export class FairTurns {
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiting>();
  readonly #later: (run: () => void) => void;

  /** @param later Runs something when the event loop has done what waits; default that of Node. */
  constructor(later: (run: () => void) => void = setImmediate) {
    this.#later = later;
  }

  /**
   * Settles when it is its turn. Who had the fewest comes first, so that a short search ends soon among long ones, and with it
   * who has waited longest, so that a long one comes to its end too.
   * @param had How many turns this search has had.
   */
  next(had: number): Promise<void> {
    return new Promise((come) => {
      if (this.#waiting.size === 0) this.#serveLater();
      this.#waiting.add({ had, come });
    });
  }

  #serveLater(): void {
    this.#later(() => {
      this.#serve(this.#leastServed());
      const [longest] = this.#waiting;
      this.#serve(longest);
      if (this.#waiting.size > 0) this.#serveLater();
    });
  }

  #leastServed(): Waiting | undefined {
    let least: Waiting | undefined;
    for (const one of this.#waiting) if (least === undefined || one.had < least.had) least = one;
    return least;
  }

  #serve(one: Waiting | undefined): void {
    if (one === undefined) return;
    this.#waiting.delete(one);
    one.come();
  }
}

interface Waiting {
  readonly had: number;
  readonly come: () => void;
}
