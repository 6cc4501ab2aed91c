import { tmpdir } from 'node:os';
import { lackOfDescriptors } from '@holdfast/sandbox/internal';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { keepSpareDescriptor } from '../../../spare-descriptor.js';
import { Hoard, withFree } from '../../../testing/hoard.js';
import type { Child } from '../child.js';
import { readProcessTable, startTimeOf } from '../group/process-tree.js';
import { spawnPty } from '../pty/pty.js';
import { SpawnError } from '../spawn-error.js';
import { Recording, specOf } from '../testing/recording.js';
import { spawnPipe } from './pipe.js';
import { createPipePool, type PipePool } from './pipe-pool.js';

const onLinux = process.platform === 'linux';
const WAIT = { timeout: 10_000, interval: 5 };
const LONG_MS = 60_000;

/** A start needs fewer, whatever it starts. */
const ENOUGH = 12;

type Start = (pool: PipePool, seen: Recording) => Promise<Child>;

const STARTS: readonly (readonly [what: string, start: Start])[] = [
  ['a process', (pool, seen) => spawnPipe(specOf('echo hi'), pool, seen)],
  ['a process with stdin', (pool, seen) => spawnPipe(specOf('echo hi', { stdin: 'pipe' }), pool, seen)],
  ['a terminal', (_, seen) => spawnPty(specOf('echo hi'), seen)],
];

let pool: PipePool;

beforeAll(async () => {
  // As many as are needed here, so that none are made meanwhile.
  pool = createPipePool({ directory: tmpdir(), lowWater: 1 });
  await pool.ready();
});
afterAll(() => pool.close());

test.runIf(onLinux).each(STARTS)(
  '%s starts, or is refused for the descriptors it lacks, and either way gives all back',
  async (_, start) => {
    await outcomeOf(start);
    using hoard = new Hoard(ENOUGH);
    const outcomes: string[] = [];
    for (let free = ENOUGH; free >= 0; free -= 1) {
      outcomes.push(await outcomeOf(start));
      await vi.waitFor(() => {
        expect(lackOfDescriptors(free)).toBeUndefined();
      }, WAIT);
      if (free > 0) hoard.take();
    }
    const started = outcomes.indexOf('noDescriptors');
    expect(started).toBeGreaterThan(0);
    expect(outcomes).toEqual(outcomes.map((__, at) => (at < started ? 'started' : 'noDescriptors')));
  },
  LONG_MS,
);

test.runIf(onLinux)('the processes of the machine are seen without a descriptor, when one is kept', () => {
  const giveBack = keepSpareDescriptor();
  const startTime = startTimeOf(process.pid);
  withFree(0, () => {
    expect(readProcessTable()?.find(({ pid }) => pid === process.pid)?.startTime).toBe(startTime);
  });
  giveBack();
  withFree(0, () => {
    expect(readProcessTable()).toBeUndefined();
  });
});

async function outcomeOf(start: Start): Promise<string> {
  const seen = new Recording();
  try {
    await start(pool, seen);
  } catch (error) {
    return error instanceof SpawnError ? error.kind : String(error);
  }
  await seen.closed;
  return 'started';
}
