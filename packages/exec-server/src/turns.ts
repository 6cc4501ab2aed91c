/** Lets a number of works go on at a time; further ones wait, and go on in the order in which they came. */
export class Turns {
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** @throws the reason of the signal where that ends the wait; what the work throws. */
  async take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (!this.#enter()) await this.#turn(signal);
    try {
      return await work();
    } finally {
      this.#end();
    }
  }

  /**
   * For work that ends elsewhere than it begins.
   * @returns what ends it; to call that again does nothing.
   * @throws the reason of the signal where that ends the wait.
   */
  async begin(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (!this.#enter()) await this.#turn(signal);
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      this.#end();
    };
  }

  /** @returns whether there was a place, which is taken then. */
  #enter(): boolean {
    if (this.#free === 0) return false;
    this.#free -= 1;
    return true;
  }

  /** Whoever waits next has the place. */
  #end(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free += 1;
    else next();
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(come);
        signal.removeEventListener('abort', giveUp);
      };
      const come = (): void => {
        leave();
        resolve();
      };
      const giveUp = (): void => {
        leave();
        reject(signal.reason as Error);
      };
      this.#waiting.add(come);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }
}
