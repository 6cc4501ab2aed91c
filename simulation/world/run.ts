import { findViolations } from '../check/violations.js';
import { injectFaults } from '../faults/inject.js';
import type { Scenario } from './scenario.js';
import { withStrayErrors } from './stray-errors.js';
import { NO_TRACE, type Trace } from './trace.js';
import { processName, World } from './world.js';

/** After the last planned thing: for a client that is about to give up, for what lags, for what the server keeps. */
const SETTLE_MS = 200_000;
const CLOSE_MS = 60_000;
/** Longer than anything is kept by a server. */
const FORGET_MS = 3 * 3_600_000;

/** What a run came to. */
export interface RunReport {
  readonly steps: number;
  /** What was not as it has to be; empty when all is well. */
  readonly violations: readonly string[];
}

/** Plays a scenario to its end and checks everything. */
export async function runScenario(scenario: Scenario, trace: Trace = NO_TRACE): Promise<RunReport> {
  const world = new World(scenario, trace);
  const violations = await play(world);
  return { steps: world.time.steps, violations };
}

/** Plays what is planned in a world, then lets it come to rest and everybody go. @returns what was not as it has to be. */
export async function play(world: World): Promise<readonly string[]> {
  const { result, strays } = await withStrayErrors(() => playToTheEnd(world));
  return [...result, ...strays];
}

async function playToTheEnd(world: World): Promise<readonly string[]> {
  const { time, clients, scenario, trace } = world;
  trace.clock(() => time.now);
  injectFaults(world);
  startProgram(world);
  const isSettled = (): boolean => clients.every((client) => client.isSettled);
  await time.run(lastFault(scenario));
  await time.run(time.now + SETTLE_MS, isSettled);
  for (const client of clients) client.terminateAll();
  await time.run(time.now + SETTLE_MS, isSettled);
  for (const client of clients) client.close();
  await time.run(time.now + CLOSE_MS, isSettled);
  const unsettled = clients.flatMap(({ pending }) => pending.map((what) => `never settles: ${what}`));
  await time.run(time.now + FORGET_MS);
  return [...unsettled, ...findViolations(world)];
}

function startProgram({ scenario: { program }, first, guest }: World): void {
  const { processes, closeMs, guest: plan } = program;
  first.connect(() => {
    for (const [index, process] of processes.entries()) {
      first.at(process.startMs, () => {
        first.run(processName(index), process);
      });
    }
  });
  if (closeMs !== undefined) {
    first.at(closeMs, () => {
      first.close();
    });
  }
  if (guest === undefined || plan === undefined) return;
  guest.at(plan.connectMs, () => {
    guest.connect(() => {
      guest.at(plan.joinMs, () => {
        guest.join(processName(plan.process), plan);
      });
    });
  });
}

/** When the last thing has gone wrong that is planned. */
function lastFault({ faults }: Scenario): number {
  const ends = faults.map((fault) => {
    if (!('atMs' in fault)) return 0;
    const lastsMs = 'forMs' in fault ? fault.forMs : 'holdMs' in fault ? fault.holdMs : 0;
    return fault.atMs + lastsMs + ('backMs' in fault ? fault.backMs : 0);
  });
  return Math.max(0, ...ends);
}
