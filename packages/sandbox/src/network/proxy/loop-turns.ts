import { MAX_PASSED_A_TURN } from '../../limits.js';

/** Lets few go on in each turn of the event loop, in the order in which they came, so that the loop has time for others. */
export class LoopTurns {
  readonly #waiting: (() => void)[] = [];
  #isComing = false;

  wait(goOn: () => void): void {
    this.#waiting.push(goOn);
    this.#come();
  }

  #come(): void {
    if (this.#isComing || this.#waiting.length === 0) return;
    this.#isComing = true;
    setImmediate(() => {
      this.#isComing = false;
      for (const goOn of this.#waiting.splice(0, MAX_PASSED_A_TURN)) goOn();
      this.#come();
    });
  }
}
