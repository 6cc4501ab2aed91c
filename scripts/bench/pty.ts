import { createRequire } from 'node:module';
import { TRUE } from './bare.js';
import type { Contestant } from './contestant.js';
import { counts, figures, median, row, times } from './figures.js';

// A terminal under each server, beside node-pty on its own: the very copy that our server has.

/** Runs a command in a terminal to its end. @returns how many bytes of output arrived. */
type PtyRunner = (argv: readonly string[]) => Promise<number>;

interface NodePty {
  spawn(
    program: string,
    args: readonly string[],
    options: { readonly encoding: null },
  ): {
    onData(listener: (data: Buffer) => void): void;
    onExit(listener: () => void): void;
  };
}

const SERVER_MANIFEST = new URL('../../packages/exec-server/package.json', import.meta.url);
const MEGABYTE = 1_000_000;
const OUTPUT_BYTES = 100 * MEGABYTE;
const TAIL_RUNS = 100;
/** `seq` prints so much, with a carriage return in each line. */
const SEQ_LINES = 20_000;
const SEQ_BYTES = Array.from({ length: SEQ_LINES }, (_, at) => String(at + 1).length + 2).reduce(
  (sum, length) => sum + length,
);

export async function benchPty(all: readonly Contestant[]): Promise<void> {
  const runners = ptyRunners(all);
  console.log(row('pty: start to closed, p50', figures(await startTimes(runners), median), 'ms'));
  await benchOutput(runners);
  await benchTails(runners);
}

function ptyRunners(all: readonly Contestant[]): Readonly<Record<string, PtyRunner>> {
  const ours = all.map(({ server, client }): [string, PtyRunner] => [
    server.name,
    async (argv) => {
      const before = client.outputBytes;
      await client.run(argv, { tty: true });
      return client.outputBytes - before;
    },
  ]);
  return { ...Object.fromEntries(ours), 'node-pty': nodePtyRunner() };
}

function nodePtyRunner(): PtyRunner {
  const library = createRequire(SERVER_MANIFEST)('node-pty') as NodePty;
  return ([program = '', ...args]) =>
    new Promise((resolve) => {
      let bytes = 0;
      const terminal = library.spawn(program, args, { encoding: null });
      terminal.onData((data) => (bytes += data.length));
      // Its exit comes last: whatever has not arrived by then never does.
      terminal.onExit(() => resolve(bytes));
    });
}

async function startTimes(
  runners: Readonly<Record<string, PtyRunner>>,
): Promise<Readonly<Record<string, number[]>>> {
  const taken: Record<string, number[]> = {};
  for (const run of Object.values(runners)) await times(10, () => run([TRUE]));
  for (let round = 0; round < 10; round += 1) {
    for (const [name, run] of Object.entries(runners)) {
      (taken[name] ??= []).push(...(await times(10, () => run([TRUE]))));
    }
  }
  return taken;
}

async function benchOutput(runners: Readonly<Record<string, PtyRunner>>): Promise<void> {
  const speeds: Record<string, number[]> = {};
  const lost: Record<string, number> = {};
  for (let round = 0; round < 3; round += 1) {
    for (const [name, run] of Object.entries(runners)) {
      let arrived = 0;
      const [ms = 0] = await times(1, async () => {
        arrived = await run(['head', '-c', String(OUTPUT_BYTES), '/dev/zero']);
      });
      (speeds[name] ??= []).push(arrived / MEGABYTE / (ms / 1000));
      lost[name] = (lost[name] ?? 0) + OUTPUT_BYTES - arrived;
    }
  }
  console.log(row('pty: 100 MB of output', figures(speeds, median), 'MB/s'));
  console.log(counts('pty: lost of 3 × 100 MB', lost, 'bytes'));
}

async function benchTails(runners: Readonly<Record<string, PtyRunner>>): Promise<void> {
  const short: Record<string, number> = {};
  for (let round = 0; round < TAIL_RUNS; round += 1) {
    for (const [name, run] of Object.entries(runners)) {
      const arrived = await run(['seq', '1', String(SEQ_LINES)]);
      short[name] = (short[name] ?? 0) + (arrived === SEQ_BYTES ? 0 : 1);
    }
  }
  console.log(counts(`pty: seq 1 ${String(SEQ_LINES)} came short`, short, `of ${String(TAIL_RUNS)} runs`));
}
