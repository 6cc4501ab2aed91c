import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { TEST_ENV } from '../testing/recording.js';
import { carriersOf, ENVIRONMENT_BYTES, GLANCE_BYTES, holdersOf } from './environments.js';
import { type ProcessEntry, readProcessTable } from './process-tree.js';

const onLinux = process.platform === 'linux';
const MARK = 'MARK=of-one-child';
// The longest single text that the kernel takes, with its NUL.
const MAX_TEXT_BYTES = 128 * 1024;

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A process with exactly these variables, in this order. */
async function processWith(env: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn('/bin/sh', ['-c', 'echo; read -r never'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  ends.push(async () => {
    child.kill('SIGKILL');
    await once(child, 'close');
  });
  await once(child.stdout, 'data');
  return child.pid ?? -1;
}

function pidsOf(entries: readonly ProcessEntry[]): readonly number[] {
  return entries.map(({ pid }) => pid);
}

/** An environment that ends `bytes` bytes after its beginning, the mark last. */
function markedAtTheEndOf(bytes: number): Readonly<Record<string, string>> {
  const first = { FIRST: 'x'.repeat(Math.min(bytes, MAX_TEXT_BYTES) / 2) };
  const rest = bytes - textOf({ ...first, REST: '', MARK: 'of-one-child' }).length;
  return { ...first, REST: 'x'.repeat(rest), MARK: 'of-one-child' };
}

/** How many bytes this thread has read so far, files of the kernel included. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/thread-self/io', 'latin1'))?.[1]);
}

function textOf(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${value}\0`)
    .join('');
}

test.runIf(onLinux)('who carries a mark is found by the whole of it, wherever it stands', async () => {
  const env = TEST_ENV;
  const ours = await Promise.all([
    processWith({ MARK: 'of-one-child', ...env }),
    processWith({ ...env, MARK: 'of-one-child' }),
  ]);
  await processWith({ ...env, MARK: 'of-one-children' });
  await processWith({ ...env, OTHER_MARK: 'of-one-child' });
  const table = readProcessTable() ?? [];
  expect(pidsOf(carriersOf(new Set([MARK]))(table)).toSorted()).toEqual(ours.toSorted());
  expect(pidsOf(carriersOf(new Set())(table))).toEqual([]);
});

test.runIf(onLinux)('a text is found inside of any variable', async () => {
  const pid = await processWith({ ...TEST_ENV, CHAIN: 'outer:0b5c4a8e.7:inner' });
  expect(pidsOf(holdersOf('0b5c4a8e')(readProcessTable() ?? []))).toEqual([pid]);
});

test.runIf(onLinux)('what stands behind the limit is not looked at', async () => {
  const pid = await processWith(markedAtTheEndOf(ENVIRONMENT_BYTES));
  await processWith(markedAtTheEndOf(ENVIRONMENT_BYTES + 2));
  expect(pidsOf(carriersOf(new Set([MARK]))(readProcessTable() ?? []))).toEqual([pid]);
});

test.runIf(onLinux)('an entry is read to its end, wherever a glance would have ended', async () => {
  const ours: number[] = [];
  for (const moved of [-1, 0, 1, 8]) ours.push(await processWith(markedAtTheEndOf(GLANCE_BYTES + moved)));
  const { MARK: _, ...rest } = markedAtTheEndOf(GLANCE_BYTES + 1);
  await processWith({ ...rest, MARK: 'of-one-children' });
  const table = readProcessTable() ?? [];
  expect(pidsOf(carriersOf(new Set([MARK]))(table)).toSorted()).toEqual(ours.toSorted());
});

test.runIf(onLinux)('of an environment no more is read than it takes to see whose it is', async () => {
  const long = { LONG: 'x'.repeat(100_000) };
  const ours = await processWith({ MARK: 'of-one-child', ...long });
  const others = [
    await processWith({ MARK: 'of-another', ...long }),
    await processWith({ ...long, ...TEST_ENV }),
  ];
  const bytesOf = (pid: number): number => {
    const table = (readProcessTable() ?? []).filter((entry) => entry.pid === pid);
    const before = bytesRead();
    carriersOf(new Set([MARK]))(table);
    // It has read how much it had read, too.
    return Math.floor((bytesRead() - before) / 1000);
  };
  expect([ours, ...others].map(bytesOf)).toEqual([4, 4, 104]);
});

test('who is no carrier is looked at once, unless he had no environment yet', () => {
  const environments = new Map([
    [1, '\0HOME=/\0'],
    [2, '\0'],
    [3, `\0${MARK}\0`],
  ]);
  const read = vi.fn((pid: number) => Buffer.from(environments.get(pid) ?? ''));
  const search = carriersOf(new Set([MARK]), read);
  const table = [1, 2, 3].map((pid) => ({ pid, parentPid: 0, groupId: pid, startTime: '1' }));
  expect(pidsOf(search(table))).toEqual([3]);
  environments.set(2, `\0${MARK}\0`);
  expect(pidsOf(search([...table, { pid: 1, parentPid: 0, groupId: 1, startTime: '2' }]))).toEqual([2, 3]);
  expect(read.mock.calls.map(([pid]) => pid)).toEqual([1, 2, 3, 2, 3, 1]);
});
