import { afterEach, expect, test } from 'vitest';
import { deferred } from '../../../deferred.js';
import { canHaveNamespace, startNamespace, type TestNamespace } from '../testing/namespace.js';
import { TEST_ENV } from '../testing/recording.js';
import { insideOfSandboxes, rememberSandbox } from './living-sandboxes.js';
import { readProcessTable } from './process-tree.js';

const forgets: (() => void)[] = [];

afterEach(async () => {
  for (const forget of forgets.splice(0)) forget();
  await Promise.resolve();
});

/** As if it were the sandbox of a command. @returns what tells that nothing is left of it. */
function remember({ first }: Pick<TestNamespace, 'first'>): () => Promise<void> {
  const { promise: gone, resolve } = deferred();
  forgets.push(resolve);
  rememberSandbox({ first, gone });
  return async () => {
    resolve();
    await gone;
  };
}

function pidsInside(): readonly number[] {
  const table = readProcessTable() ?? [];
  const isInside = insideOfSandboxes(table);
  return table.filter(isInside).map(({ pid }) => pid);
}

test.runIf(canHaveNamespace)(
  'what is inside of a sandbox of ours is told from what is in a container',
  async () => {
    await using sandbox = await startNamespace(TEST_ENV);
    await using container = await startNamespace(TEST_ENV);
    const pids = [sandbox, container].flatMap(({ outer, first }) => [outer.pid, first.pid]);
    expect(pidsInside()).toEqual([]);
    remember(sandbox);
    expect(pids.map((pid) => pidsInside().includes(pid))).toEqual([false, true, false, false]);
  },
);

test.runIf(canHaveNamespace)('nor where somebody else has the number of its first process', async () => {
  await using namespace = await startNamespace(TEST_ENV);
  remember({ first: { ...namespace.first, startTime: '1' } });
  expect(pidsInside()).toEqual([]);
});
