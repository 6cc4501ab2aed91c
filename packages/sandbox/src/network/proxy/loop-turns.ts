import type { Socket } from 'node:net';
import { MAX_PASSED_A_TURN } from '../../limits.js';

/**
 * Lets few works go on in each turn of the event loop, in the order in which they came, so that the loop has time for others.
 * There is one loop for all networks of a process: those that have works take part in each turn one after the other.
 */
export class LoopTurns {
  readonly #works = new Set<Work>();

  /**
   * @param goOn Is told how many places of that turn there are for it.
   * @param placesOf Tells, when its turn may come, how many of the places of that it takes; where those are more than there
   *   are, nothing else goes on in that turn. Default one.
   * @returns what ends the wait; harmless when it is over.
   */
  wait(goOn: (places: number) => void, placesOf = (): number => 1): () => void {
    const work = { goOn, placesOf };
    this.#works.add(work);
    networks.add(this);
    come();
    return () => {
      this.#works.delete(work);
    };
  }

  /** For a work that goes on and finds only then that it takes more places of the turn than it said. */
  takeMore(places: number): void {
    taken += places;
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
  readonly goOn: (places: number) => void;
  readonly placesOf: () => number;
}

/** Those that may have works that wait; the next one is the first. */
const networks = new Set<LoopTurns>();

let isComing = false;

/** Places of the turn that goes on. */
let taken = 0;

function come(): void {
  if (isComing || networks.size === 0) return;
  isComing = true;
  setImmediate(() => {
    isComing = false;
    takeTurn();
    come();
  });
}

function takeTurn(): void {
  taken = 0;
  for (const network of networks) {
    const work = network.first;
    if (work === undefined) {
      networks.delete(network);
      continue;
    }
    const places = work.placesOf();
    if (taken > 0 && taken + places > MAX_PASSED_A_TURN) break;
    const left = MAX_PASSED_A_TURN - taken;
    taken += places;
    network.take(work);
    work.goOn(left);
  }
}

/** Goes on when it is the turn of a connection, if that is there still. */
export function inTurn(turns: LoopTurns, socket: Socket, goOn: () => void): void {
  const leave = turns.wait(() => {
    socket.off('close', leave);
    goOn();
  });
  socket.once('close', leave);
}
