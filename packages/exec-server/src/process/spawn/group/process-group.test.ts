import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { PipePool } from '../pipe/pipe-pool.js';
import { createPipePool } from '../pipe/pipe-pool.js';
import { record, specOf } from '../testing/recording.js';
import { processGroup } from './process-group.js';

let pool: PipePool;

beforeAll(() => {
  pool = createPipePool({ directory: tmpdir() });
});
afterAll(() => pool.close());

test('whoever took the number of an ended leader is not signalled, then or later', async () => {
  await using stranger = await record(pool, specOf('exec sleep 300'));
  const group = processGroup(stranger.child.pid);
  group.leaderGone();
  expect(group.signal('SIGKILL')).toBe(false);
  expect(group.signal('SIGKILL')).toBe(false);
  expect(stranger.child.signalProcess('SIGCONT')).toBe(true);
});

test('an empty group takes no signal', async () => {
  await using run = await record(pool, specOf('sleep 300 & exec sleep 300'));
  const group = processGroup(run.child.pid);
  expect(group.signal('SIGKILL')).toBe(true);
  await run.seen.closed;
  group.leaderGone();
  // A member that nobody has reaped yet still takes signals.
  await vi.waitFor(
    () => {
      expect(group.signal('SIGKILL')).toBe(false);
    },
    { timeout: 10_000, interval: 5 },
  );
});
