import fc from 'fast-check';
import { scenarios } from './draw/scenarios.js';
import { runScenario } from './world/run.js';
import type { Scenario } from './world/scenario.js';
import { TraceLines } from './world/trace.js';

/** What is to be drawn. */
export interface SimulateOptions {
  readonly runs: number;
  readonly seed: number;
  /** Leads to one schedule of a seed, as a report of a failure names it. */
  readonly path?: string;
  /** Whether to look for a smaller schedule that goes wrong as well; default true. */
  readonly isShrinking?: boolean;
}

/** What the runs of one seed came to. */
export interface Simulated {
  readonly runs: number;
  readonly steps: number;
  /** The smallest schedule that was found to go wrong, and how to see it again. */
  readonly failure: Failure | undefined;
}

/** A schedule that goes wrong. */
export interface Failure {
  readonly seed: number;
  readonly path: string;
  readonly scenario: Scenario;
  /** The first thing that was not as it has to be. */
  readonly message: string;
}

/** Draws schedules and plays them, until one goes wrong or all have been well. */
export async function simulate({
  runs,
  seed,
  path,
  isShrinking = true,
}: SimulateOptions): Promise<Simulated> {
  let played = 0;
  let steps = 0;
  const property = fc.asyncProperty(scenarios, async (scenario) => {
    const report = await runScenario(scenario);
    played += 1;
    steps += report.steps;
    if (report.violations.length > 0) throw new Error(report.violations.join('\n'));
  });
  const found = await fc.check(property, {
    numRuns: runs,
    seed,
    endOnFailure: !isShrinking || path !== undefined,
    ...(path === undefined ? {} : { path }),
  });
  const [scenario] = found.counterexample ?? [];
  if (scenario === undefined) return { runs: played, steps, failure: undefined };
  const [message = ''] = found.errorInstance instanceof Error ? found.errorInstance.message.split('\n') : [];
  const failure = { seed: found.seed, path: found.counterexamplePath ?? '', scenario, message };
  return { runs: played, steps, failure };
}

/** Plays a schedule again and tells everything: the schedule, what happened, what was not as it has to be. */
export async function explain(scenario: Scenario): Promise<string> {
  const trace = new TraceLines();
  const { violations } = await runScenario(scenario, trace).catch((error: unknown) => ({
    violations: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
  }));
  return [JSON.stringify(scenario), '', ...trace.lines, '', ...violations].join('\n');
}

/** How to see a failure again. */
export function replayCommand({ seed, path }: Failure): string {
  return `npm run simulate -- --seed ${seed} --path ${path}`;
}
