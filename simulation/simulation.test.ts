import { expect, test } from 'vitest';
import { explain, replayCommand, simulate } from './simulate.js';

/** One seed for everybody: what is found here is found by all. `npm run simulate` draws others. */
const SEED = 1;
const RUNS = 10_000;

test(`nothing is lost, doubled or told wrongly in ${RUNS} drawn schedules`, async () => {
  const { failure } = await simulate({ runs: RUNS, seed: SEED });
  const told =
    failure === undefined
      ? undefined
      : `${await explain(failure.scenario)}\n\nsee it again: ${replayCommand(failure)}`;
  expect(told).toBeUndefined();
});
