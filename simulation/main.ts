// Plays drawn schedules until one goes wrong: npm run simulate -- [--runs N] [--seed S [--path P]] [--scenario FILE]

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { explain, replayCommand, simulate } from './simulate.js';
import type { Scenario } from './world/scenario.js';

/** Schedules of one seed: few enough that a failure is found again soon. */
const RUNS_PER_SEED = 2_000;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    seed: { type: 'string' },
    path: { type: 'string' },
    scenario: { type: 'string' },
  },
});

if (values.scenario === undefined) process.exitCode = await run();
else console.log(await explain(JSON.parse(readFileSync(values.scenario, 'utf8')) as Scenario));

async function run(): Promise<number> {
  const runs = values.path === undefined ? Number(values.runs) : 1;
  const firstSeed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  const startedAt = process.cpuUsage();
  let played = 0;
  let steps = 0;
  for (let seed = firstSeed; played < runs; seed += 1) {
    const { path } = values;
    const batch = Math.min(RUNS_PER_SEED, runs - played);
    const done = await simulate({ runs: batch, seed, ...(path === undefined ? {} : { path }) });
    played += done.runs;
    steps += done.steps;
    const { user, system } = process.cpuUsage(startedAt);
    const seconds = (user + system) / 1e6;
    const eachMs = ((1000 * seconds) / played).toFixed(2);
    console.log(`${played} schedules, ${steps} steps, ${seconds.toFixed(1)} s of cpu, ${eachMs} ms each`);
    if (done.failure === undefined) continue;
    console.log(await explain(done.failure.scenario));
    console.log(`\nsee it again: ${replayCommand(done.failure)}`);
    return 1;
  }
  return 0;
}
