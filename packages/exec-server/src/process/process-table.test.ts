import { setImmediate as turn } from 'node:timers/promises';
import {
  asProcessId,
  MAX_ATTACHED_PER_SESSION,
  MAX_PROCESSES_PER_SESSION,
  type ParamsOf,
  type processStart,
} from '@holdfast/exec-protocol';
import { SANDBOX_START_MS } from '@holdfast/sandbox';
import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../clock.js';
import { TestClock } from '../testing/test-clock.js';
import { ProcessTable } from './process-table.js';
import { idleProcess, PRINCIPAL } from './testing/idle-process.js';
import { NO_SANDBOXES } from './testing/no-sandboxes.js';
import { NOBODY } from './testing/nobody.js';
import { createTestHost, type TestHost } from './testing/process-host.js';

function tableOf(host: TestHost): ProcessTable {
  return new ProcessTable(
    host,
    { principal: PRINCIPAL, session: 'here', isResumable: false },
    {
      onNews: (subscription) => {
        while (subscription.take() !== undefined);
      },
      onAppeared: () => undefined,
      network: NOBODY,
    },
  );
}

function start(
  table: ProcessTable,
  id: string,
  more: Partial<ParamsOf<typeof processStart>> = {},
): Promise<unknown> {
  const params: ParamsOf<typeof processStart> = {
    processId: asProcessId(id),
    argv: ['/bin/true'],
    cwd: 'file:///',
    env: {},
    tty: false,
    ...more,
  };
  return table.start(params, { windowBytes: undefined, gone: new AbortController().signal });
}

test('one start beyond what a session may have is refused; what has closed and was delivered does not count', async () => {
  await using host = createTestHost();
  const table = tableOf(host);
  await start(table, 'over');
  await vi.waitFor(() => {
    expect(host.directory.countOwed('here')).toBe(0);
  });
  const failStarts = host.cutPipes();
  let refused = 0;
  const starts = Array.from({ length: MAX_PROCESSES_PER_SESSION }, (_, at) => start(table, String(at)));
  for (const one of starts) one.catch(() => (refused += 1));
  await turn();
  expect(refused).toBe(0);
  await expect(start(table, 'one more')).rejects.toMatchObject({
    kind: 'limitExceeded',
    message: `this session has ${String(MAX_PROCESSES_PER_SESSION)} processes; end some, or use another session`,
  });
  failStarts();
  await Promise.allSettled(starts);
  await table.close();
});

test('one process of others beyond what a session may join is refused, and taken once another was left', async () => {
  await using host = createTestHost();
  const table = tableOf(host);
  host.directory.add(idleProcess(systemClock, { ref: 'theirs' }));
  const join = (id: string): unknown => table.attach(asProcessId(id), 'theirs', 0, undefined);
  for (let at = 0; at < MAX_ATTACHED_PER_SESSION; at += 1) join(String(at));
  expect(() => join('one more')).toThrow(
    expect.objectContaining({
      kind: 'limitExceeded',
      message: `this session has ${String(MAX_ATTACHED_PER_SESSION)} processes; leave some with process/detach, or use another session`,
    }) as Error,
  );
  table.detach(asProcessId('0'));
  expect(join('one more')).toBe(host.directory.get(PRINCIPAL, 'theirs'));
});

test('what has not happened yet is not a position to join at', async () => {
  await using host = createTestHost();
  const table = tableOf(host);
  const theirs = idleProcess(systemClock, { ref: 'theirs' });
  theirs.log.appendResized({ rows: 10, cols: 20 });
  host.directory.add(theirs);
  expect(() => table.attach(asProcessId('early'), 'theirs', 2, undefined)).toThrow(
    expect.objectContaining({
      kind: 'invalidParams',
      message: 'process "theirs" has no event 2 yet, its newest is 1; join it after at most that',
    }) as Error,
  );
  expect(table.attach(asProcessId('at the end'), 'theirs', 1, undefined)).toBe(theirs);
});

test('a start that failed leaves nothing behind, and a process that is silent holds nothing', async () => {
  await using host = createTestHost();
  const table = tableOf(host);
  const nowhere = start(table, 'failed', { cwd: 'file:///nowhere/at/all' });
  await expect(nowhere).rejects.toMatchObject({ kind: 'cwdNotFound' });
  await start(table, 'silent', { argv: ['/bin/sleep', '600'] });
  expect([host.logMemory.holderCount, host.directory.size]).toEqual([0, 1]);
  await start(table, 'talking', { argv: ['/bin/sh', '-c', 'echo; exec sleep 600'] });
  await vi.waitFor(
    () => {
      expect(host.logMemory.holderCount).toBe(1);
    },
    { timeout: 20_000 },
  );
  await table.close();
  expect([host.logMemory.holderCount, host.logMemory.heldBytes]).toEqual([0, 0]);
});

test.each(['EMFILE', 'ENFILE'])(
  'a sandbox that cannot be planned for want of descriptors says so: %s',
  async (code) => {
    await using host = createTestHost();
    const lack = Object.assign(new Error(`${code}: too many open files`), { code });
    const table = tableOf({
      ...host,
      sandboxes: { ...NO_SANDBOXES, confine: () => Promise.reject(lack) },
    });
    const sandbox = {
      permissions: { type: 'external', network: 'restricted' },
      windowsSandboxLevel: 'disabled',
    };
    await expect(start(table, 'p', { sandbox })).rejects.toMatchObject({
      kind: 'noDescriptors',
      message: 'no file descriptors are left; end some processes or raise the limit (ulimit -n)',
    });
  },
);

describe('a start whose sandbox is being set up', () => {
  const sandbox = {
    permissions: { type: 'external', network: 'restricted' },
    windowsSandboxLevel: 'disabled',
  };

  /** A host on which no sandbox is ever set up, and a table with one start under way. */
  async function planning(host: TestHost, clock = new TestClock()) {
    const table = tableOf({
      ...host,
      clock,
      sandboxes: {
        ...NO_SANDBOXES,
        confine: ({ setUp }) => setUp.until(new Promise(() => undefined)),
      },
    });
    const started = start(table, 'p', { sandbox });
    started.catch(() => undefined);
    await turn();
    return { table, started, clock };
  }

  test('is refused at the limit', async () => {
    await using host = createTestHost();
    const { table, started, clock } = await planning(host);
    clock.advance(SANDBOX_START_MS - 1);
    expect(clock.pending).toBe(1);
    clock.advance(1);
    await expect(started).rejects.toMatchObject({
      kind: 'limitExceeded',
      message: expect.stringMatching(/\(SANDBOX_START_MS\) and gave up looking at files; see /) as string,
    });
    expect([await table.find(asProcessId('p')), clock.pending, host.directory.size]).toEqual([
      undefined,
      0,
      0,
    ]);
    await table.close();
  });

  test('is called off by whoever ends the process, and its id is free again', async () => {
    await using host = createTestHost();
    const { table, started, clock } = await planning(host);
    table.callOff(asProcessId('other'));
    table.callOff(asProcessId('p'));
    expect(await table.find(asProcessId('p'))).toBeUndefined();
    await expect(started).rejects.toMatchObject({
      kind: 'spawnFailed',
      message: 'process "p" was ended before it ran, while its sandbox was set up; start it again',
    });
    expect([clock.pending, host.directory.size]).toEqual([0, 0]);
    await start(table, 'p');
    await table.close();
  });

  test('ends with its session', async () => {
    await using host = createTestHost();
    const { table, started, clock } = await planning(host);
    expect(await table.close()).toBe(0);
    await expect(started).rejects.toMatchObject({ kind: 'sessionUnknown' });
    expect([clock.pending, host.directory.size]).toEqual([0, 0]);
  });
});
