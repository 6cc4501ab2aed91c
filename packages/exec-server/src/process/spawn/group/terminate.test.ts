import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { PipePool } from '../pipe/pipe-pool.js';
import { createPipePool } from '../pipe/pipe-pool.js';
import { canHaveLongEnvironment, longEnvironment } from '../testing/long-environment.js';
import { canHaveNamespace, IN_NAMESPACE } from '../testing/namespace.js';
import type { RecordedChild } from '../testing/recording.js';
import { record, specOf, TEST_ENV } from '../testing/recording.js';
import { readProcessTable, signalEntry, strayDescendants } from './process-tree.js';
import { killNow, signalTree, straysOfMoment } from './terminate.js';

const onLinux = process.platform === 'linux';
const WAIT = { timeout: 10_000, interval: 5 };
const noTable = (): undefined => undefined;

// A child, one in its group, one that left the group, and a child of that one; all print their number.
const TREE = `
  sh -c 'echo $$; exec sleep 300' &
  setsid sh -c 'echo $$; sh -c "echo \\$\\$; exec sleep 300"; :' &
  echo $$
  wait`;

let pool: PipePool;

beforeAll(() => {
  pool = createPipePool({ directory: tmpdir() });
});
afterAll(() => pool.close());

async function startTree(marked?: string): Promise<{ run: RecordedChild; pids: number[] }> {
  const spec = marked === undefined ? {} : { env: { ...TEST_ENV, MARK: marked }, mark: `MARK=${marked}` };
  const run = await record(pool, specOf(TREE, spec));
  const pids = await vi.waitFor(() => {
    const found = run.seen.text().match(/\d+\n/g) ?? [];
    expect(found).toHaveLength(4);
    return found.map(Number);
  }, WAIT);
  return { run, pids };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function allGone(pids: readonly number[]): Promise<void> {
  await vi.waitFor(() => {
    expect(pids.filter(isRunning)).toEqual([]);
  }, WAIT);
}

test.runIf(onLinux)('killing takes the group and whoever left it', async () => {
  const { run, pids } = await startTree();
  killNow([run.child]);
  expect(await run.seen.exited).toEqual({ exitCode: 137, signal: 'SIGKILL' });
  await run.seen.closed;
  await allGone(pids);
});

test.runIf(onLinux)('killing after the exit takes what is left of the group, and its strays', async () => {
  const { run, pids } = await startTree();
  run.child.signalProcess('SIGKILL');
  await run.seen.exited;
  killNow([run.child]);
  // The member of the group goes; the stray lost its parent together with the child and is beyond reach.
  await vi.waitFor(() => {
    expect(pids.filter(isRunning)).toHaveLength(2);
  }, WAIT);
  for (const pid of pids.filter(isRunning)) process.kill(pid, 'SIGKILL');
  await run.seen.closed;
});

test.runIf(canHaveLongEnvironment)(
  'a stray that has made its environment longer than any text is found by the mark at its beginning',
  async () => {
    const mark = 'MARK=of-a-long-one';
    // Neither its session nor a parent tells whose it is, and it holds the output open.
    const spec = specOf(['sh', '-c', 'setsid "$@" &', 'sh', ...longEnvironment(600 * 2 ** 20, mark)], {
      env: { MARK: 'of-a-long-one', ...TEST_ENV },
      mark,
    });
    await using run = await record(pool, spec);
    await run.seen.exited;
    await vi.waitFor(() => {
      expect(run.seen.text()).toBe('long\n');
    }, WAIT);
    killNow([run.child]);
    await run.seen.closed;
  },
);

test.runIf(canHaveNamespace)(
  'what is left of a container that a stray has started is found by the mark',
  async () => {
    const container = IN_NAMESPACE.filter((word) => word !== '--kill-child');
    const script = 'setsid sh -c \'echo $$; exec "$@"\' sh "$@" &';
    // It holds the output open.
    const inside = 'echo inside is $$; exec setsid sleep 300';
    const spec = specOf(['sh', '-c', script, 'sh', ...container, 'sh', '-c', inside], {
      env: { MARK: 'of-a-container', ...TEST_ENV },
      mark: 'MARK=of-a-container',
    });
    await using run = await record(pool, spec);
    await run.seen.exited;
    const [, outside] = await vi.waitFor(() => {
      const said = /^(\d+)\ninside is 1\n$/.exec(run.seen.text());
      expect(said).not.toBeNull();
      return said ?? [];
    }, WAIT);
    process.kill(Number(outside), 'SIGKILL');
    await allGone([Number(outside)]);
    killNow([run.child]);
    await run.seen.closed;
  },
);

// Each of the many children holds the output open, so one that escapes keeps it from closing.
const FORKS = `
  setsid sh -c 'echo up; i=0; while [ $i -lt 2000 ]; do sleep 20 & i=$((i+1)); done; wait' &
  wait`;

test.runIf(onLinux)('a stray that forks without rest is caught with all its children', async () => {
  const run = await record(pool, specOf(FORKS));
  await vi.waitFor(() => {
    expect(run.seen.text()).toBe('up\n');
  }, WAIT);
  const pause = new Int32Array(new SharedArrayBuffer(4));
  killNow([run.child], () => {
    const table = readProcessTable();
    // As if this were a machine with very many processes: meanwhile the stray goes on forking.
    Atomics.wait(pause, 0, 0, 20);
    return table;
  });
  await run.seen.closed;
});

test.runIf(onLinux)('a signal reaches the group and whoever left it', async () => {
  const { run, pids } = await startTree();
  signalTree(run.child, 'SIGTERM');
  expect(await run.seen.exited).toEqual({ exitCode: 143, signal: 'SIGTERM' });
  await run.seen.closed;
  await allGone(pids);
});

test.runIf(onLinux)('signals of one moment share a look at the processes, and reach each tree', async () => {
  // A process that is ended before it has stopped leaves its children to be found by their mark.
  const trees = [await startTree('first'), await startTree('second')];
  const readTable = vi.fn(readProcessTable);
  const findStrays = straysOfMoment(readTable);
  for (const { run } of trees) signalTree(run.child, 'SIGSTOP', findStrays);
  for (const { run } of trees) signalTree(run.child, 'SIGTERM', findStrays);
  expect(readTable).toHaveBeenCalledTimes(1);
  await Promise.resolve();
  for (const { run } of trees) signalTree(run.child, 'SIGCONT', findStrays);
  expect(readTable).toHaveBeenCalledTimes(2);
  for (const { run, pids } of trees) {
    expect(await run.seen.exited).toEqual({ exitCode: 143, signal: 'SIGTERM' });
    await run.seen.closed;
    await allGone(pids);
  }
});

test('without a process table tree-kill finds who left the group', async () => {
  const { run, pids } = await startTree();
  killNow([run.child], noTable);
  expect(await run.seen.exited).toEqual({ exitCode: 137, signal: 'SIGKILL' });
  await run.seen.closed;
  await allGone(pids);
});

test('without a process table and without ps the group is signalled all the same', async () => {
  await using run = await record(pool, specOf('sleep 300 & exec sleep 300'));
  await using other = await record(pool, specOf('sleep 300 & exec sleep 300'));
  killNow([run.child], noTable, '/nonexistent');
  signalTree(other.child, 'SIGTERM', straysOfMoment(noTable), '/nonexistent');
  expect(await run.seen.exited).toEqual({ exitCode: 137, signal: 'SIGKILL' });
  expect(await other.seen.exited).toEqual({ exitCode: 143, signal: 'SIGTERM' });
  await Promise.all([run.seen.closed, other.seen.closed]);
});

test('no program of the PATH is run for it', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-planted-'));
  const sign = path.join(folder, 'ran');
  for (const name of ['ps', 'pgrep'])
    writeFileSync(path.join(folder, name), `#!/bin/sh\n: > '${sign}'\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
  try {
    const { run, pids } = await startTree();
    killNow([run.child], noTable);
    await run.seen.closed;
    await allGone(pids);
    expect(existsSync(sign)).toBe(false);
  } finally {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  }
});

test('killing a child that has closed does nothing', async () => {
  const { child, seen } = await record(pool, specOf('true'));
  await seen.closed;
  killNow([child]);
  killNow([child], noTable);
  expect(child.signalGroup('SIGKILL')).toBe(false);
});

test.runIf(onLinux)('a process of the same number but another start is left alone', async () => {
  await using run = await record(pool, specOf('exec sleep 300'));
  const entry = readProcessTable()?.find((each) => each.pid === run.child.pid);
  if (entry === undefined) throw new Error('the child is not in the table');
  expect(entry).toMatchObject({ parentPid: process.pid, groupId: run.child.pid });
  expect(signalEntry({ ...entry, startTime: '1' }, 'SIGKILL')).toBe(false);
  expect(signalEntry(entry, 'SIGKILL')).toBe(true);
  await run.seen.exited;
});

test('strays are the descendants outside the group, at any depth', () => {
  const entry = (pid: number, parentPid: number, groupId: number) => ({
    pid,
    parentPid,
    groupId,
    startTime: '1',
  });
  const table = [
    entry(13, 12, 13),
    entry(10, 1, 10),
    entry(11, 10, 10),
    entry(12, 11, 12),
    entry(20, 1, 20),
    entry(14, 13, 10),
  ];
  expect(strayDescendants(new Set([10]), table).map((stray) => stray.pid)).toEqual([12, 13]);
});

test.runIf(onLinux)('many children end together at the cost of a few looks at the table', async () => {
  const trees = await Promise.all(Array.from({ length: 8 }, () => startTree()));
  let looks = 0;
  killNow(
    trees.map(({ run }) => run.child),
    () => {
      looks += 1;
      return readProcessTable();
    },
  );
  // The strays of all are found in the first look; the second one finds that there are no more.
  expect(looks).toBe(2);
  await Promise.all(trees.map(({ run }) => run.seen.closed));
  await allGone(trees.flatMap(({ pids }) => pids));
});
