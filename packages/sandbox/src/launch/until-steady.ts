import { ExecError } from '@holdfast/exec-protocol';
import { StalePlan } from '../files/stale-plan.js';
import { MAX_PLANS } from '../limits.js';
import type { SetUp } from './set-up.js';

/**
 * Makes what depends on a plan, and makes it again while files change under it: where many share a directory, others make
 * and remove repositories there at any time.
 * @param attempt Is told whether it was tried before.
 * @throws ExecError `sandboxUnsupported` when `MAX_PLANS` of them were stale; as `setUp.check` and the attempt.
 */
export async function untilSteady<T>(setUp: SetUp, attempt: (isAgain: boolean) => Promise<T>): Promise<T> {
  for (let plans = 1; ; plans += 1) {
    try {
      return await attempt(plans > 1);
    } catch (error) {
      if (!(error instanceof StalePlan)) throw error;
      if (plans >= MAX_PLANS) throw neverSteady(error);
      if (error.path !== undefined) setUp.foundStale(error.path);
      setUp.check();
    }
  }
}

function neverSteady(last: StalePlan): ExecError {
  const told = `${last.problem}, and so it was with ${MAX_PLANS} plans (MAX_PLANS)`;
  return new ExecError('sandboxUnsupported', `${told}; try again when less is changed there`, {
    cause: last,
  });
}
