import { ExecError } from '@holdfast/exec-protocol';
import type { TakePlace } from '@holdfast/sandbox';
import { MAX_PROXY_CONNECTIONS } from '@holdfast/sandbox/internal';
import { FairPlaces, type Party } from '../../fair-places.js';

/** What the connections of all managed networks may have of the descriptors of this process: one of so many. */
const SHARE_OF_DESCRIPTORS = 4;

/** The end of the command, and the one outside. */
const DESCRIPTORS_PER_CONNECTION = 2;

/** Connections for sessions that have none, where all others are taken. */
const CONNECTIONS_FOR_FIRST = 64;

/**
 * The connections that managed networks have at a time, all of a server together: what they hold of its descriptors, starts and
 * files of others lack. A session has no more of them than it leaves for others.
 */
export class ConnectionPlaces {
  readonly #places: FairPlaces;

  /** @param descriptors How many this process may have; undefined where that is not known. */
  constructor(descriptors: number | undefined) {
    this.#places = new FairPlaces({
      all: mostConnections(descriptors),
      perSession: Number.POSITIVE_INFINITY,
      isShareShrinking: true,
      forFirst: CONNECTIONS_FOR_FIRST,
      // It would hold a descriptor meanwhile.
      waiting: 0,
      refusal: () => new ExecError('limitExceeded', 'no connection waits for its place'),
    });
  }

  /** Where the connections of one command have their places. */
  of(party: Party): TakePlace {
    return () => this.#places.take(party);
  }
}

/** As many as one network may have at least. */
export function mostConnections(descriptors = 0): number {
  return Math.max(
    MAX_PROXY_CONNECTIONS,
    Math.floor(descriptors / SHARE_OF_DESCRIPTORS / DESCRIPTORS_PER_CONNECTION),
  );
}
