// What `mutate.ts` runs in a copy of the sources:
//   hunt.ts RUNS [shrink]  plays drawn schedules until one goes wrong, and tells after how many
//   hunt.ts play FILE      plays one schedule, and tells whether it goes wrong

import { readFileSync } from 'node:fs';
import { simulate } from '../simulate.js';
import { runScenario } from '../world/run.js';
import type { Scenario } from '../world/scenario.js';

const RUNS_PER_SEED = 1_000;

const [first = '', second] = process.argv.slice(2);
console.log(JSON.stringify(first === 'play' ? await play(second ?? '') : await hunt(Number(first), second)));

async function play(file: string): Promise<object> {
  const { violations } = await runScenario(JSON.parse(readFileSync(file, 'utf8')) as Scenario);
  return { played: 1, message: violations[0] };
}

async function hunt(runs: number, shrink: string | undefined): Promise<object> {
  let played = 0;
  for (let seed = 1; played < runs; seed += 1) {
    const here = await simulate({ runs: RUNS_PER_SEED, seed, isShrinking: shrink !== undefined });
    if (here.failure === undefined) {
      played += here.runs;
      continue;
    }
    const { path, message, scenario } = here.failure;
    return { played: played + Number(path.split(':')[0]) + 1, message, scenario };
  }
  return { played };
}
