import { CELL_HAND_OVER_MS } from '../limits.js';

/**
 * Watches over what another process hands to this one, one after the other: what it has sent is there soon, or never. Each
 * that comes has the next one waited for anew, for how soon that is depends on what else keeps both processes busy.
 */
export class HandOver {
  readonly #onLost: () => void;
  #sent = 0;
  #came = 0;
  #late: NodeJS.Timeout | undefined;
  #isOver = false;

  /** @param onLost Called when nothing has come for `CELL_HAND_OVER_MS`, though something was sent. */
  constructor(onLost: () => void) {
    this.#onLost = onLost;
  }

  /** @param count How many more the other process has sent, as it says. */
  sent(count: number): void {
    this.#sent += count;
    this.#late ??= this.#expectNext();
  }

  came(): void {
    this.#came += 1;
    clearTimeout(this.#late);
    this.#late = this.#expectNext();
  }

  /** Nothing is waited for any more. */
  end(): void {
    this.#isOver = true;
    clearTimeout(this.#late);
  }

  #expectNext(): NodeJS.Timeout | undefined {
    if (this.#isOver || this.#came >= this.#sent) return undefined;
    const before = this.#came;
    return setTimeout(() => {
      // After a busy moment, what has come is read first.
      setImmediate(() => setImmediate(() => !this.#isOver && this.#came === before && this.#onLost()));
    }, CELL_HAND_OVER_MS);
  }
}
