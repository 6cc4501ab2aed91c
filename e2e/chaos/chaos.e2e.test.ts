import { join } from 'node:path';
import { connect } from '@holdfast/exec-client';
import { expect, test } from 'vitest';
import { within } from '../deadline.js';
import { type FaultProxy, startFaultProxy } from '../fault-proxy.js';
import { startServer, temporaryDirectory } from '../harness.js';
import { seeded } from '../random.js';
import { chaos, metronome } from './chaos.js';
import { echo, flood, type Job, printer, resizes, shortRuns, signals } from './chaos-jobs.js';
import { EVERY_MS, IS_SOAK, SEED } from './chaos-settings.js';

const DURATION_MS = IS_SOAK ? 30_000 : 12_000;

/** Beyond the chaos itself: what is printed must also be read, and machines differ. */
const LIMIT_MS = DURATION_MS + 60_000;

/** 20 processes that live long, and many that do not. */
function jobs(directory: string): Job[] {
  const lines = DURATION_MS / 70;
  const printers = Array.from({ length: 15 }, (_, at) =>
    printer(Math.ceil((lines * (at + 1)) / 15), { tty: at % 2 === 1, exitCode: at }),
  );
  return [
    // Some 500 MB, or 50.
    IS_SOAK ? flood(250, 230_000) : flood(70, 90_000),
    echo(),
    echo({ tty: true }),
    signals(),
    resizes(),
    ...printers,
    shortRuns(join(directory, 'marks')),
  ];
}

interface Recovered {
  times: number;
  longestMs: number;
  replayedEvents: number;
  repeatedRequests: number;
  gaps: number;
  lostProcesses: number;
}

/** Runs all jobs while `trouble` lasts, and holds what each of them saw against what it should have seen. */
async function liveThrough(
  trouble: (proxy: FaultProxy, goesOn: () => boolean) => Promise<object>,
): Promise<Recovered> {
  await using place = await temporaryDirectory();
  await using server = await startServer({ sessionTtl: '80s' });
  await using proxy = await startFaultProxy(server.url);
  await using client = await connect(proxy.url);
  const recovered = {
    times: 0,
    longestMs: 0,
    replayedEvents: 0,
    repeatedRequests: 0,
    gaps: 0,
    lostProcesses: 0,
  };
  client.on('state', ({ recovery }) => {
    if (recovery === undefined) return;
    recovered.times += 1;
    recovered.longestMs = Math.max(recovered.longestMs, Math.round(recovery.durationMs));
    for (const figure of ['replayedEvents', 'repeatedRequests', 'gaps', 'lostProcesses'] as const)
      recovered[figure] += recovery[figure];
  });
  const until = performance.now() + DURATION_MS;
  const goesOn = (): boolean => performance.now() < until;
  const working = jobs(place.path).map(async (job) => ({
    name: job.name,
    ...(await job.run(client, () => !goesOn())),
  }));
  const [outcomes, record] = await within(
    'all jobs',
    Promise.all([Promise.all(working), trouble(proxy, goesOn)]),
    LIMIT_MS,
  );
  console.log(`seed ${SEED}: ${JSON.stringify({ ...record, ...proxy.counts, recovered })}`);
  expect(outcomes.map(({ name, actual }) => [name, actual])).toEqual(
    outcomes.map(({ name, expected }) => [name, expected]),
  );
  return recovered;
}

test(`20 processes and their client live through every kind of cut (seed ${SEED})`, {
  timeout: LIMIT_MS,
}, async () => {
  const recovered = await liveThrough((proxy, goesOn) =>
    chaos(proxy, { random: seeded(SEED), everyMs: EVERY_MS, clients: 1, goesOn }),
  );
  expect(recovered).toMatchObject({ gaps: 0, lostProcesses: 0 });
});

test.runIf(IS_SOAK)(
  `and through a cut every ${EVERY_MS} ms, back or not (seed ${SEED})`,
  {
    timeout: LIMIT_MS,
  },
  async () => {
    const recovered = await liveThrough(async (proxy, goesOn) => ({
      cuts: await metronome(proxy, { random: seeded(SEED), everyMs: EVERY_MS, goesOn }),
    }));
    expect(recovered).toMatchObject({ gaps: 0, lostProcesses: 0 });
  },
);
