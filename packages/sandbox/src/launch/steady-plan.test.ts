import { expect, test } from 'vitest';
import { StalePlan } from '../files/stale-plan.js';
import { MAX_PLANS } from '../limits.js';
import { SetUp } from './set-up.js';
import { type PlannedLaunch, type PlannedNetwork, SteadyPlan } from './steady-plan.js';

const STALE = new StalePlan('/ws/a', 'has gone');

interface Numbered extends PlannedLaunch {
  readonly number: number;
}

/** Starts what fails at first, and says what was made of networks, and of which of them nothing is left. */
async function started(failures: readonly Error[]): Promise<object> {
  const setUp = new SetUp();
  const closed = new Set<number>();
  let plans = 0;
  const planned = await SteadyPlan.make<Numbered, PlannedNetwork>({
    setUp,
    makePlan: () => Promise.resolve({ number: (plans += 1) } as Numbered),
    openNetwork: ({ number }) => Promise.resolve({ close: () => void closed.add(number) } as PlannedNetwork),
  });
  const ahead = [...failures];
  const end = await planned
    .start(() => {
      const failure = ahead.shift();
      return failure === undefined ? Promise.resolve(planned.latest.number) : Promise.reject(failure);
    })
    .catch(String);
  setUp.end();
  return { end, plans, closed: [...closed] };
}

test('a start is repeated with a plan and a network of its own while files change, and leaves no other network', async () => {
  expect(await started([])).toEqual({ end: 1, plans: 1, closed: [] });
  expect(await started([STALE, STALE])).toEqual({ end: 3, plans: 3, closed: [1, 2] });
  expect(await started([STALE, new Error('no')])).toEqual({ end: 'Error: no', plans: 2, closed: [1, 2] });
  const all = Array.from({ length: MAX_PLANS }, (_, n) => n + 1);
  expect(await started(all.map(() => STALE))).toEqual({
    end: expect.stringContaining('(MAX_PLANS)') as string,
    plans: MAX_PLANS,
    closed: all,
  });
});
