/** Lets one after the other have its turn, in the order in which they asked. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Settles when everybody who asked before has ended their turn. @returns what ends this one. */
  async next(): Promise<() => void> {
    const before = this.#last;
    let end: () => void = () => undefined;
    this.#last = new Promise((resolve) => {
      end = resolve;
    });
    await before;
    return end;
  }
}
