import { LOOK_LIMIT_MS } from '@holdfast/exec-protocol';
import { findAppeared } from '@holdfast/sandbox';
import { isWithin } from '@holdfast/sandbox/internal';
import { complain, messageOf } from '../complain.js';
import { printable } from '../text/printable.js';
import type { LocalPlan } from './plan-locally.js';

/**
 * Tells of what has appeared while a command ran, and was not protected.
 * @param since When it was started, in milliseconds since 1970. @param temporary Its own temporary directory, which goes with it.
 */
export async function tellAppeared(
  { plan, host }: LocalPlan,
  since: number,
  temporary: string | undefined,
): Promise<void> {
  const isKept = (path: string): boolean => temporary === undefined || !isWithin(path, temporary);
  const { searched, policy, missingPrograms, madeMs } = plan;
  const kept = {
    searched: searched.filter(({ target }) => isKept(target.root)),
    policy: {
      ...policy,
      rules: policy.rules.filter(({ access, path }) => access === 'write' || isKept(path)),
    },
    missingPrograms: missingPrograms.filter(({ path }) => isKept(path)),
    madeMs,
  };
  const limit = AbortSignal.timeout(LOOK_LIMIT_MS);
  try {
    const { found, more } = await findAppeared(kept, host, since, limit);
    for (const { text } of found) complain(`note: ${printable(text)}`);
    if (more > 0) complain(`note: and ${more} more have appeared`);
  } catch (error) {
    if (!limit.aborted) {
      complain(`note: what has appeared while the command ran could not be looked for: ${messageOf(error)}`);
      return;
    }
    complain(
      `note: what has appeared while the command ran could not be looked for within ${LOOK_LIMIT_MS / 1000} s`,
    );
  }
}
