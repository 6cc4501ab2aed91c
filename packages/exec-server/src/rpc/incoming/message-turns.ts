import type { Clock } from '../../clock.js';

/**
 * Lets the connections of a server whose messages wait go on, one in each turn of the event loop. What arrives meanwhile for
 * others, who have nothing that waits, has its place in between, however many connections there are.
 */
export class MessageTurns {
  readonly #clock: Pick<Clock, 'nextTurn'>;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Pick<Clock, 'nextTurn'>) {
    this.#clock = clock;
  }

  /** Calls `goOn` once, when all that have asked before had their turns; to ask again before that does nothing. */
  ask(goOn: () => void): void {
    if (this.#waiting.size === 0) this.#clock.nextTurn(this.#next);
    this.#waiting.add(goOn);
  }

  readonly #next = (): void => {
    const [goOn] = this.#waiting;
    if (goOn === undefined) return;
    this.#waiting.delete(goOn);
    if (this.#waiting.size > 0) this.#clock.nextTurn(this.#next);
    goOn();
  };
}
