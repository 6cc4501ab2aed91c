import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { killNow } from '../group/terminate.js';
import { record, specOf } from '../testing/recording.js';
import { MAX_DESCRIPTORS_OF_ONE, type PipeHolder, pipeHolders } from './pipe-holders.js';
import { createPipePool, type PipePool } from './pipe-pool.js';

const onLinux = process.platform === 'linux';
const WAIT = { timeout: 10_000, interval: 5 };

let pool: PipePool;

beforeAll(() => {
  pool = createPipePool({ directory: tmpdir() });
});
afterAll(() => pool.close());

/** Runs a script to its end, after which others hold its output; gives the groups and the pipes of the child. */
async function held(script: string) {
  const run = await record(pool, specOf(script));
  await run.seen.exited;
  await vi.waitFor(() => {
    expect(run.seen.text()).toContain('ready\n');
  }, WAIT);
  return {
    pipes: run.child.outputPipes(),
    groupIds: run.child.groupIds,
    async [Symbol.asyncDispose]() {
      const strays = run.seen.text().match(/^\d+$/gm) ?? [];
      for (const pid of strays) process.kill(Number(pid), 'SIGKILL');
      killNow([run.child]);
      run.child.cutOutput();
      await run.seen.closed;
    },
  };
}

const MEMBER = "sh -c 'echo ready; exec sleep 300' &";
/** In a session of its own, with no parent to tell whose it is. */
const STRAY = "setsid sh -c 'echo $$; exec sleep 300' &";

/** Waits until all have become the program that is to be found. */
async function found(look: () => readonly PipeHolder[], names: readonly string[]): Promise<void> {
  await vi.waitFor(() => {
    expect(look().map(({ name }) => name)).toEqual(names);
  }, WAIT);
}

test.runIf(onLinux)('whoever holds the output of a child is found wherever it went', async () => {
  await using run = await held(`${STRAY} ${MEMBER}`);
  await found(() => pipeHolders(run.pipes, run.groupIds), ['sleep', 'sleep']);
});

test.runIf(onLinux)('at the limit of looks the group of the child comes before everybody else', async () => {
  await using run = await held(MEMBER);
  const few = 4;
  await found(() => pipeHolders(run.pipes, run.groupIds, few), ['sleep']);
  expect(pipeHolders(run.pipes, [], few)).toEqual([]);
});

test.runIf(onLinux)('of a process with very many descriptors the first are looked at', async () => {
  // Its standard streams are elsewhere, and the output comes last of many.
  const holding = (at: number): string => {
    const start = `require("child_process").spawn("sleep", ["300"], { stdio: [...Array(${String(at)}).fill(0), 1] })`;
    return `'${process.execPath}' -e '${start}.unref(); console.log("ready")' < /dev/null`;
  };
  await using within = await held(holding(MAX_DESCRIPTORS_OF_ONE - 1));
  await using beyond = await held(holding(MAX_DESCRIPTORS_OF_ONE));
  await found(() => pipeHolders(within.pipes, within.groupIds), ['sleep']);
  expect(pipeHolders(beyond.pipes, beyond.groupIds)).toEqual([]);
});
