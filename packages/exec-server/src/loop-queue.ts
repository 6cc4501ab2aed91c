import { setImmediate as turn } from 'node:timers/promises';

/** Lets one at a time go on, in the order in which they came, and the event loop do what waits before each of them. */
export class LoopQueue {
  #last: Promise<void> = Promise.resolve();

  /** Settles when it is its turn. */
  next(): Promise<void> {
    this.#last = this.#last.then(async () => {
      // What has come in is read in the first one, and may take the second one to be answered.
      await turn();
      await turn();
    });
    return this.#last;
  }
}
