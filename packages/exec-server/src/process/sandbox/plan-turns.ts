import { setImmediate as turn } from 'node:timers/promises';
import {
  ExecError,
  MAX_PLANS_AT_ONCE,
  MAX_PLANS_PER_SESSION,
  MAX_WAITING_PLANS,
} from '@holdfast/exec-protocol';
import type { SetUp } from '@holdfast/sandbox';
import { FairPlaces } from './fair-places.js';

/**
 * When sandboxes are planned: a few at a time, and fewer of one session, for each keeps the event loop for a moment again and
 * again. Starts and file requests of a session have the same turns.
 */
export class PlanTurns {
  readonly #places = new FairPlaces({
    all: MAX_PLANS_AT_ONCE,
    perSession: MAX_PLANS_PER_SESSION,
    waiting: MAX_WAITING_PLANS,
    refusal: tooManyWait,
  });

  /**
   * Plans when it is the session's turn, and when the event loop has done what waits.
   * @param session Its label.
   * @throws ExecError `limitExceeded` when too many of the session wait already; as `setUp.check`; what the plan throws.
   */
  async take<T>(session: string, setUp: SetUp, plan: () => Promise<T>): Promise<T> {
    setUp.begin('waiting for its plan');
    const leave = this.#places.take(session) ?? (await this.#places.wait(session, setUp.signal));
    try {
      await turn();
      return await plan();
    } finally {
      leave();
    }
  }
}

function tooManyWait(): ExecError {
  return new ExecError(
    'limitExceeded',
    `${String(MAX_WAITING_PLANS)} sandboxes of this session wait until they can be planned (MAX_WAITING_PLANS); wait for answers first`,
  );
}
