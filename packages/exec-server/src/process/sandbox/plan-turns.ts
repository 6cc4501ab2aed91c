import {
  ExecError,
  MAX_PLANS_AT_ONCE,
  MAX_PLANS_BEGUN,
  MAX_PLANS_PER_SESSION,
  MAX_WAITING_PLANS,
} from '@holdfast/exec-protocol';
import type { Aside, SetUp } from '@holdfast/sandbox';
import { FairPlaces, type Party, type PlaceLimits } from '../../fair-places.js';
import { LoopQueue } from '../../loop-queue.js';

/**
 * When sandboxes are planned: a few at a time, and fewer of one session, for each keeps the event loop for a moment again and
 * again. What looks through directories meanwhile holds up no other. Starts and file requests of a session have the same turns.
 */
export class PlanTurns {
  /** Looks of others may take long, so who has none is not kept waiting for them. */
  readonly #begun = placesFor({ all: MAX_PLANS_BEGUN, forFirst: Number.POSITIVE_INFINITY });
  readonly #planning = placesFor({ all: MAX_PLANS_AT_ONCE });
  /** Many that went on in one turn of the event loop would keep it together. */
  readonly #loop = new LoopQueue();

  /**
   * Plans when it is the turn of a session, and when the event loop has done what waits, before a look and again after it.
   * @param plan Is given what carries out a look that takes long, during which it is the turn of others.
   * @throws ExecError `limitExceeded` when too many of the session wait already; as `setUp.check`; what the plan throws.
   */
  async take<T>(party: Party, setUp: SetUp, plan: (aside: Aside) => Promise<T>): Promise<T> {
    setUp.begin('waiting for its plan');
    const end = this.#begun.take(party) ?? (await this.#begun.wait(party, setUp.signal));
    try {
      return await this.#plan(party, setUp, plan);
    } finally {
      end();
    }
  }

  async #plan<T>(party: Party, setUp: SetUp, plan: (aside: Aside) => Promise<T>): Promise<T> {
    const places = this.#planning;
    let leave = places.take(party) ?? (await places.wait(party, setUp.signal));
    try {
      await this.#loop.next();
      return await plan(async (look) => {
        leave();
        const found = await look();
        setUp.begin('waiting for its plan');
        leave = places.take(party) ?? (await places.wait(party, setUp.signal));
        await this.#loop.next();
        return found;
      });
    } finally {
      leave();
    }
  }
}

function placesFor(limits: Pick<PlaceLimits, 'all' | 'forFirst'>): FairPlaces {
  return new FairPlaces({
    ...limits,
    perSession: MAX_PLANS_PER_SESSION,
    waiting: MAX_WAITING_PLANS,
    refusal: tooManyWait,
  });
}

function tooManyWait(): ExecError {
  return new ExecError(
    'limitExceeded',
    `${String(MAX_WAITING_PLANS)} sandboxes of this session wait until they can be planned (MAX_WAITING_PLANS); wait for answers first`,
  );
}
