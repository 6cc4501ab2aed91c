import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { TRUE } from './bare.js';
import { figures, median, residentKib, row, slope, times } from './figures.js';
import { connectRaw, type RawClient } from './raw-client.js';
import { startHoldfast } from './servers.js';

// What idle processes cost: each round a fresh server, warmed up so that its heap has the size of one at work, and a bare
// Node program that holds the same children. The memory of a process is the slope of the resident set over their number,
// because no single difference tells it from what the heap does meanwhile.

const COUNTS = [10, 100, 1000];
const ROUNDS = 3;
const WARM_UP_RUNS = 500;
const STARTS = 50;
const SAMPLES = 10;
const SAMPLE_EVERY_MS = 100;
/** How many samples without a new low mean that the collector has done what it will do. */
const SETTLED_AFTER = 10;
const SLEEPER = ['sleep', '1000'] as const;

/** Someone who holds idle children. */
interface Holder extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  hold(count: number): Promise<void>;
  run(): Promise<void>;
}

type Taken = Record<string, number[]>;

export async function benchCost(): Promise<void> {
  const perProcessKib: Taken = {};
  const baseMib: Taken = {};
  const startMs = new Map<number, Taken>(COUNTS.map((count) => [count, {}]));
  for (let round = 0; round < ROUNDS; round += 1) {
    await using ours = await startServerHolder();
    await using bare = startBareHolder();
    for (const holder of [ours, bare]) {
      await times(WARM_UP_RUNS, () => holder.run());
      (baseMib[holder.name] ??= []).push((await settledKib(holder.pid)) / 1024);
    }
    const points: Record<string, (readonly [number, number])[]> = {};
    for (const count of COUNTS) {
      for (const holder of [ours, bare]) {
        await holder.hold(count);
        (points[holder.name] ??= []).push([count, await settledKib(holder.pid)]);
      }
      await timeStarts([ours, bare], startMs.get(count) ?? {});
    }
    for (const [name, of] of Object.entries(points)) (perProcessKib[name] ??= []).push(slope(of));
  }
  console.log(row('memory without processes, after work', figures(baseMib, median), 'MiB'));
  console.log(
    row(`memory per live process, over ${COUNTS.join(', ')}`, figures(perProcessKib, median), 'KiB'),
  );
  for (const [count, taken] of startMs) {
    console.log(row(`start to closed beside ${String(count)} live, p50`, figures(taken, median), 'ms'));
  }
}

async function timeStarts(holders: readonly Holder[], taken: Taken): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    for (const holder of holders) {
      (taken[holder.name] ??= []).push(...(await times(STARTS / 5, () => holder.run())));
    }
  }
}

/** The resident set once it has stopped to shrink: the middle of several looks. */
async function settledKib(pid: number): Promise<number> {
  let lowest = residentKib(pid);
  for (let since = 0; since < SETTLED_AFTER; since += 1) {
    await sleep(SAMPLE_EVERY_MS);
    const now = residentKib(pid);
    if (now < lowest * 0.995) since = 0;
    lowest = Math.min(lowest, now);
  }
  const samples: number[] = [];
  while (samples.length < SAMPLES) {
    await sleep(SAMPLE_EVERY_MS);
    samples.push(residentKib(pid));
  }
  return median(samples);
}

async function startServerHolder(): Promise<Holder> {
  const server = await startHoldfast();
  const client: RawClient = await connectRaw(server.url);
  let held = 0;
  return {
    name: server.name,
    pid: server.pid,
    hold: async (count) => {
      for (; held < count; held += 1) await client.start(SLEEPER);
    },
    run: () => client.run([TRUE]),
    [Symbol.asyncDispose]: async () => {
      // Ending so many is not what is measured here.
      endSleepers(server.pid);
      client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

function endSleepers(parentPid: number): void {
  const children = readFileSync(`/proc/${String(parentPid)}/task/${String(parentPid)}/children`, 'utf8');
  for (const pid of children.trim().split(' ').map(Number)) {
    if (programOf(pid) === SLEEPER[0]) process.kill(pid, 'SIGKILL');
  }
}

function programOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${String(pid)}/comm`, 'utf8').trim();
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

/** Holds as many sleepers as it is told, and says when. */
const BARE_PROGRAM = `
  const { spawn } = require('node:child_process');
  const [program, ...args] = ${JSON.stringify(SLEEPER)};
  const children = [];
  const start = (command, args) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.resume();
    child.stderr.resume();
    return child;
  };
  process.on('message', (count) => {
    if (count === 'run') return void start('${TRUE}', []).on('close', () => process.send('done'));
    while (children.length < count) children.push(start(program, args));
    process.send('done');
  });
  process.on('disconnect', () => {
    for (const child of children) child.kill('SIGKILL');
  });
`;

function startBareHolder(): Holder {
  const child: ChildProcess = spawn(process.execPath, ['-e', BARE_PROGRAM], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const tell = async (message: number | 'run'): Promise<void> => {
    const done = once(child, 'message');
    child.send(message);
    await done;
  };
  return {
    name: 'bare',
    pid: child.pid ?? 0,
    hold: (count) => tell(count),
    run: () => tell('run'),
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
