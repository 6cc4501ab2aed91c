import {
  ExecError,
  MAX_FIRST_NETWORKS_BEGUN,
  MAX_NETWORKS_BEGUN_PER_SESSION,
  MAX_WAITING_PLANS,
} from '@holdfast/exec-protocol';
import type { SetUp } from '@holdfast/sandbox';
import { MAX_CELLS_STARTING } from '@holdfast/sandbox/internal';
import { FairPlaces, type Party } from '../../fair-places.js';

/** When the networks of processes are made: a few at a time, and fewer of one session, for each takes programs and descriptors. */
export class NetworkTurns {
  readonly #places = new FairPlaces({
    all: MAX_CELLS_STARTING,
    perSession: MAX_NETWORKS_BEGUN_PER_SESSION,
    // Two sessions leave none as long as they like.
    forFirst: MAX_FIRST_NETWORKS_BEGUN,
    waiting: MAX_WAITING_PLANS,
    refusal: tooManyWait,
  });

  /**
   * Makes one when it is the turn of the session.
   * @throws ExecError `limitExceeded` when too many of the session wait already; as `setUp.check`; what `make` throws.
   */
  async take<T>(party: Party, setUp: SetUp, make: () => Promise<T>): Promise<T> {
    setUp.begin('waiting for its network');
    const leave = this.#places.take(party) ?? (await this.#places.wait(party, setUp.signal));
    try {
      setUp.begin('making its network');
      return await make();
    } finally {
      leave();
    }
  }
}

function tooManyWait(): ExecError {
  return new ExecError(
    'limitExceeded',
    `${String(MAX_WAITING_PLANS)} sandboxes of this session wait for their networks (MAX_WAITING_PLANS); wait for answers first`,
  );
}
