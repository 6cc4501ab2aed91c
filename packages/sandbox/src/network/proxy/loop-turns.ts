import { MAX_PASSED_A_TURN } from '../../limits.js';

/**
 * Lets few works go on in each turn of the event loop, in the order in which they came, so that the loop has time for others.
 * There is one loop for all networks of a process: those that have works take part in each turn one after the other.
 */
export class LoopTurns {
  readonly #works = new Set<Work>();

  /**
   * @param placesOf Tells, when its turn may come, how many of the places of that it takes; where those are more than there
   *   are, nothing else goes on in that turn. Default one.
   * @returns what ends the wait; harmless when it is over.
   */
  wait(goOn: () => void, placesOf = (): number => 1): () => void {
    const work = { goOn, placesOf };
    this.#works.add(work);
    networks.add(this);
    come();
    return () => {
      this.#works.delete(work);
    };
  }

  /** The one that waits longest. */
  get first(): Work | undefined {
    const [work] = this.#works;
    return work;
  }

  /** It goes on, and those of other networks are next. */
  take(work: Work): void {
    this.#works.delete(work);
    networks.delete(this);
    if (this.#works.size > 0) networks.add(this);
  }
}

interface Work {
  readonly goOn: () => void;
  readonly placesOf: () => number;
}

/** Those that may have works that wait; the next one is the first. */
const networks = new Set<LoopTurns>();

let isComing = false;

function come(): void {
  if (isComing || networks.size === 0) return;
  isComing = true;
  setImmediate(() => {
    isComing = false;
    for (const work of takeTurn()) work.goOn();
    come();
  });
}

function takeTurn(): readonly Work[] {
  const works: Work[] = [];
  let taken = 0;
  for (const network of networks) {
    const work = network.first;
    if (work !== undefined) {
      taken += work.placesOf();
      if (works.length > 0 && taken > MAX_PASSED_A_TURN) break;
      works.push(work);
      network.take(work);
    } else {
      networks.delete(network);
    }
  }
  return works;
}
