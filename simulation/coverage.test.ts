import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scenarios } from './draw/scenarios.js';
import { runScenario } from './world/run.js';
import type { Trace } from './world/trace.js';

const SEED = 1;
const RUNS = 2_000;
/** In so many schedules each of these happens, or the simulation proves nothing about it. */
const ENOUGH = 20;

const SIGHTS: Readonly<Record<string, RegExp>> = {
  'a session is resumed': /← arrived .*"processes":\[.*"missing":\[/,
  'a resume meets a session that is held': /← arrived .*"kind":"sessionBusy"/,
  'a resume comes too late': /← arrived .*"kind":"sessionUnknown"/,
  'an answer that nobody can know': /→ outcomeUnknown/,
  'a request is sent again': /→ sent .*"clientInstance"/,
  'somebody else has the session': /has the session/,
};

test('the schedules lead to what they are about', async () => {
  const seen = new Map<string, number>();
  for (const scenario of fc.sample(scenarios, { seed: SEED, numRuns: RUNS })) {
    const here = new Set<string>();
    await runScenario(scenario, watchFor(here));
    for (const sight of here) seen.set(sight, (seen.get(sight) ?? 0) + 1);
  }
  const rare = Object.keys(SIGHTS).filter((sight) => (seen.get(sight) ?? 0) < ENOUGH);
  expect(rare).toEqual([]);
});

function watchFor(seen: Set<string>): Trace {
  return {
    isOn: true,
    clock: () => undefined,
    add: (_who, text) => {
      for (const [sight, pattern] of Object.entries(SIGHTS)) if (pattern.test(text)) seen.add(sight);
    },
  };
}
