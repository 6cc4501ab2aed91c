import { untilAborted } from '../until-aborted.js';

/** How a look at many files is carried out; it fails with the reason of the signal, soon after that fires. */
export type Look<Found> = (signal: AbortSignal) => Promise<Found>;

/**
 * Looks for which many may ask at once. Every answer comes from a look that began after the question, and all who ask while
 * one is under way share the next one. A look for which nobody waits any more is given up.
 */
export class SharedLooks<Found> {
  /** What is under way, by what is looked for. */
  readonly #running = new Map<string, SharedLook<Found>>();

  /**
   * @param key Equal for equal looks.
   * @throws the reason of the signal, and what the look throws.
   */
  async ask(key: string, look: Look<Found>, signal: AbortSignal): Promise<Found> {
    signal.throwIfAborted();
    const running = this.#running.get(key);
    if (running === undefined) return this.#begin(key, look).answer(signal);
    if (running.next === undefined || running.next.isGivenUp) {
      running.next = new SharedLook(look, running.ended);
    }
    return running.next.answer(signal);
  }

  #begin(key: string, look: Look<Found>): SharedLook<Found> {
    const first = new SharedLook(look, Promise.resolve());
    void this.#keep(key, first);
    return first;
  }

  async #keep(key: string, first: SharedLook<Found>): Promise<void> {
    for (let at: SharedLook<Found> | undefined = first; at !== undefined; at = at.next) {
      this.#running.set(key, at);
      await at.ended;
    }
    this.#running.delete(key);
  }
}

/** Made once: each would take a picture of the stack, and every look ends with one. */
const NOBODY_WAITS = new Error('nobody waits for this look any more');

/** One look for all who asked before it began. */
class SharedLook<Found> {
  readonly #found: Promise<Found>;
  readonly #unwanted = new AbortController();
  #waiting = 0;
  /** Settles with it, and never fails. */
  readonly ended: Promise<void>;
  /** The one that begins when this has ended. */
  next: SharedLook<Found> | undefined;

  constructor(look: Look<Found>, before: Promise<void>) {
    const { signal } = this.#unwanted;
    this.#found = before.then(() => {
      signal.throwIfAborted();
      return look(signal);
    });
    const settled = (): void => undefined;
    this.ended = this.#found.then(settled, settled);
  }

  get isGivenUp(): boolean {
    return this.#unwanted.signal.aborted;
  }

  async answer(signal: AbortSignal): Promise<Found> {
    this.#waiting += 1;
    try {
      return await untilAborted(this.#found, signal);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#unwanted.abort(NOBODY_WAITS);
    }
  }
}
