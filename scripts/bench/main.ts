import { runBare, TRUE } from './bare.js';
import { benchBeside } from './beside.js';
import { benchConfinedFiles } from './confined-files.js';
import type { Bench, Contestant } from './contestant.js';
import { benchCost } from './cost.js';
import { benchDenyList } from './deny-list.js';
import { figures, median, row, times } from './figures.js';
import { benchFiles } from './files.js';
import { benchMemory } from './memory.js';
import { benchProxy } from './proxy.js';
import { benchPty } from './pty.js';
import { connectRaw } from './raw-client.js';
import { benchRecover } from './recover.js';
import { benchSandbox } from './sandbox.js';
import { type BenchServer, startHoldfast, startReference } from './servers.js';

// Measures our server beside bare child_process and, with --reference, beside the reference server, in one run. Names on
// the command line choose benches; none means all. `files` takes --megabytes=N and --files=N. Ratios count; absolute figures
// depend on the machine and its day.

const AT_ONCE = 150;
const MEGABYTE = 1_000_000;

const BENCHES: Readonly<Record<string, Bench>> = {
  spawn: benchSpawn,
  sandbox: benchSandbox,
  'confined-files': benchConfinedFiles,
  proxy: benchProxy,
  'deny-list': benchDenyList,
  parallel: benchParallel,
  echo: benchEcho,
  request: benchRequest,
  output: benchOutput,
  pty: benchPty,
  memory: benchMemory,
  cost: benchCost,
  beside: benchBeside,
  recover: benchRecover,
  files: (all) =>
    benchFiles(all, { megabytes: numberFlag('--megabytes', 1000), files: numberFlag('--files', 100_000) }),
};

const FLAG = /^--(?:reference|(?:megabytes|files)=.*)$/;

const words = process.argv.slice(2);
const wanted = words.filter((word) => !word.startsWith('--'));
const unknown = words.filter((word) => !Object.hasOwn(BENCHES, word) && !FLAG.test(word));
if (unknown.length > 0) {
  console.error(
    `no such bench or flag: ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')},`,
  );
  console.error('--reference, --megabytes=N and --files=N');
  process.exit(2);
}
await using holdfast = await startHoldfast();
const servers: BenchServer[] = [holdfast];
await using reference = process.argv.includes('--reference') ? await startReference() : undefined;
if (reference !== undefined) servers.push(reference);
const contestants = await Promise.all(
  servers.map(async (server) => ({ server, client: await connectRaw(server.url) })),
);
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length === 0 || wanted.includes(name)) await bench(contestants);
}
for (const { client } of contestants) client.close();

function numberFlag(name: string, otherwise: number): number {
  const text = process.argv.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  const number = text === undefined ? otherwise : Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  console.error(`${name} takes a whole number above 0, such as ${name}=${String(otherwise)}`);
  process.exit(2);
}

async function benchSpawn(all: readonly Contestant[]): Promise<void> {
  const taken: Record<string, number[]> = {};
  const runs: Record<string, () => Promise<unknown>> = Object.fromEntries(
    all.map(({ server, client }) => [server.name, () => client.run([TRUE])]),
  );
  runs['bare'] = () => runBare([TRUE]);
  for (const run of Object.values(runs)) await times(20, run);
  // In turns, so that a slow moment of the machine hits everybody.
  for (let round = 0; round < 20; round += 1) {
    for (const [name, run] of Object.entries(runs)) (taken[name] ??= []).push(...(await times(10, run)));
  }
  console.log(row('start to closed, one after the other, p50', figures(taken, median), 'ms'));
}

async function benchParallel(all: readonly Contestant[]): Promise<void> {
  const taken: Record<string, number[]> = {};
  for (let round = 0; round < 5; round += 1) {
    for (const { server, client } of all) {
      (taken[server.name] ??= []).push(...(await times(1, () => atOnce(() => client.run([TRUE])))));
    }
    (taken['bare'] ??= []).push(...(await times(1, () => atOnce(() => runBare([TRUE])))));
  }
  console.log(row(`${String(AT_ONCE)} at once, total`, figures(taken, median), 'ms'));
}

async function benchEcho(all: readonly Contestant[]): Promise<void> {
  const taken: Record<string, number[]> = {};
  for (const { server, client } of all) {
    const cat = await client.start(['cat'], { pipeStdin: true });
    await cat.echo('warm\n');
    taken[server.name] = await times(100, () => cat.echo('x\n'));
    await client.request('process/terminate', { processId: cat.id });
    await cat.closed;
  }
  console.log(row('stdin to stdout through cat, p50', figures(taken, median), 'ms'));
}

async function benchRequest(all: readonly Contestant[]): Promise<void> {
  const taken: Record<string, number[]> = {};
  for (const { server, client } of all) {
    taken[server.name] = await times(2000, () => client.request('environment/status', {}));
  }
  console.log(row('request and answer, p50', figures(taken, median), 'ms'));
}

async function benchOutput(all: readonly Contestant[]): Promise<void> {
  const bytes = 150 * MEGABYTE;
  const taken: Record<string, number[]> = {};
  for (let round = 0; round < 3; round += 1) {
    for (const { server, client } of all) {
      const [ms = 0] = await times(1, () => client.run(['head', '-c', String(bytes), '/dev/zero']));
      (taken[server.name] ??= []).push(bytes / MEGABYTE / (ms / 1000));
    }
  }
  console.log(row('150 MB of output', figures(taken, median), 'MB/s'));
}

async function atOnce(run: () => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: AT_ONCE }, run));
}
