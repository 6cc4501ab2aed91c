import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './deadline.js';
import { ALL_CARRIERS, disposeAll, startWorld, temporaryDirectory, type World } from './harness.js';
import { inheritedDescriptors, markedProcesses, noneMarked } from './process-table.js';
import type { RawClient } from './raw-client.js';
import {
  base64,
  eventsOf,
  failure,
  finish,
  outputContains,
  PATH,
  runFrom,
  runScript,
  start,
  startScript,
} from './runs.js';

const REPORT_SIGNALS = join(import.meta.dirname, 'programs', 'report-signals.mjs');
const ACCEPTED = { result: { status: 'accepted' } };

/** A script that says `ready` and then waits for a signal; the group of its shell has a second process, which says it. */
function trapping(signal: string, action: string): string {
  const child = "/bin/sh -c 'echo ready; exec sleep 60'";
  return `trap 'kill $! 2> /dev/null; ${action}' ${signal}; ${child} & wait`;
}

describe.each(ALL_CARRIERS)('processes over %s', (carrier) => {
  let world: World;
  /** Offers no extension, as a client that never heard of any. */
  let legacy: RawClient;
  /** Offers `signals`. */
  let modern: RawClient;
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let started = 0;

  beforeAll(async () => {
    directory = await temporaryDirectory();
    world = await startWorld(carrier);
    legacy = await world.connect();
    await legacy.initialize();
    modern = await world.connect();
    await modern.initialize({ signals: 1 });
  });

  afterAll(async () => {
    await world.expectOthersServed();
    await disposeAll(legacy, modern, world, directory);
  });

  function freshId(): string {
    started += 1;
    return `p${started}`;
  }

  async function startCat(client: RawClient): Promise<string> {
    const id = freshId();
    await start(client, id, ['/bin/cat'], { pipeStdin: true });
    return id;
  }

  async function end(client: RawClient, processId: string): Promise<void> {
    expect(await client.request('process/terminate', { processId })).toEqual({ result: { running: true } });
    await client.nextEvent('process/closed', processId);
  }

  describe('events', () => {
    test('a legacy client sees the base wire and not one member more', async () => {
      const id = freshId();
      await startScript(legacy, id, 'printf x; exit 3');
      expect(await eventsOf(legacy, id)).toEqual([
        { method: 'process/output', params: { processId: id, seq: 1, stream: 'stdout', chunk: 'eA==' } },
        { method: 'process/exited', params: { processId: id, seq: 2, exitCode: 3, sandboxDenied: false } },
        { method: 'process/closed', params: { processId: id, seq: 3 } },
      ]);
    });

    test('under signals the end names its signal', async () => {
      const [quiet, killed] = [freshId(), freshId()];
      await startScript(modern, quiet, 'exit 9');
      expect(await eventsOf(modern, quiet)).toEqual([
        {
          method: 'process/exited',
          params: { processId: quiet, seq: 1, exitCode: 9, sandboxDenied: false, signal: null },
        },
        { method: 'process/closed', params: { processId: quiet, seq: 2 } },
      ]);
      await startScript(modern, killed, 'kill -USR1 $$');
      expect(await eventsOf(modern, killed)).toEqual([
        {
          method: 'process/exited',
          params: { processId: killed, seq: 1, exitCode: 138, sandboxDenied: false, signal: 'SIGUSR1' },
        },
        { method: 'process/closed', params: { processId: killed, seq: 2 } },
      ]);
    });

    test('both streams come out, each in its order', async () => {
      expect(await runScript(legacy, freshId(), 'echo 1; echo a >&2; echo 2; echo b >&2; exit 7')).toEqual({
        stdout: '1\n2\n',
        stderr: 'a\nb\n',
        exitCode: 7,
      });
    });

    test.each([
      ['exit 255', 255],
      ['kill -TERM $$', 143],
      ['kill -KILL $$', 137],
      ['kill -INT $$', 130],
      ['exec /bin/false', 1],
    ])('%s ends with %i', async (script, exitCode) => {
      expect(await runScript(legacy, freshId(), script)).toEqual({ stdout: '', stderr: '', exitCode });
    });

    test('what a process wrote itself comes before its exit, however much it is', async () => {
      const expected = Array.from({ length: 100_000 }, (_, at) => `${at + 1}\n`).join('');
      for (let i = 0; i < 5; i += 1) {
        const id = freshId();
        await start(legacy, id, ['/usr/bin/seq', '1', '100000']);
        const events = await eventsOf(legacy, id);
        expect(events.at(-2)?.method).toBe('process/exited');
        expect(runFrom(events).stdout === expected).toBe(true);
      }
    });

    test('what a grandchild writes later comes after the exit and before the close', async () => {
      const id = freshId();
      const go = join(directory.path, `go-${id}`);
      await startScript(
        legacy,
        id,
        `echo early; (until [ -e ${go} ]; do sleep 0.01; done; echo late) & exit 4`,
      );
      expect((await legacy.nextEvent('process/output', id)).params?.['seq']).toBe(1);
      expect((await legacy.nextEvent('process/exited', id)).params).toEqual({
        processId: id,
        seq: 2,
        exitCode: 4,
        sandboxDenied: false,
      });
      const state = {
        nextSeq: 3,
        exited: true,
        exitCode: 4,
        closed: false,
        failure: null,
        sandboxDenied: false,
      };
      expect(await legacy.request('process/read', { processId: id, afterSeq: 1 })).toEqual({
        result: { chunks: [], ...state },
      });
      // A reader that knows of the exit waits for what comes after it.
      const poll = legacy.request('process/read', { processId: id, afterSeq: 2, waitMs: 10_000 });
      await writeFile(go, '');
      const late = { seq: 3, stream: 'stdout', chunk: base64('late\n') };
      expect(await legacy.nextEvent('process/output', id)).toEqual({
        method: 'process/output',
        params: { processId: id, ...late },
      });
      expect((await legacy.nextEvent('process/closed', id)).params).toEqual({ processId: id, seq: 4 });
      expect((await poll).result).toMatchObject({ chunks: [late] });
    });

    test('bytes of every value pass unchanged', async () => {
      const id = freshId();
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
      await start(modern, id, ['/bin/cat'], { pipeStdin: true });
      expect(
        await modern.request('process/write', { processId: id, writeId: '1', chunk: base64(bytes) }),
      ).toEqual(ACCEPTED);
      expect(await modern.request('process/closeStdin', { processId: id })).toEqual(ACCEPTED);
      const [output] = await eventsOf(modern, id);
      expect(output?.params?.['chunk']).toBe(base64(bytes));
    });
  });

  describe('the place of a process', () => {
    test('its streams are pipes that can be opened again by name', async () => {
      const script =
        'echo one > /dev/stdout; echo two | tee /dev/stderr; stat -L -c %F /dev/stdin /dev/stdout /dev/stderr';
      const id = freshId();
      await startScript(modern, id, script, { pipeStdin: true });
      expect(await finish(modern, id)).toEqual({
        stdout: `one\ntwo\n${'fifo\n'.repeat(3)}`,
        stderr: 'two\n',
        exitCode: 0,
      });
    });

    test('bash takes it for no remote login', async () => {
      const home = join(directory.path, freshId());
      await mkdir(home);
      await writeFile(join(home, '.bashrc'), 'echo "read ~/.bashrc"\n');
      for (const pipeStdin of [true, false]) {
        const id = freshId();
        await start(legacy, id, ['/bin/bash', '-c', 'echo hi'], { pipeStdin, env: { HOME: home, PATH } });
        expect(await finish(legacy, id)).toEqual({ stdout: 'hi\n', stderr: '', exitCode: 0 });
      }
    });

    test('it leads its own session, holds three descriptors and ignores no signal', async () => {
      const id = freshId();
      await start(legacy, id, ['/usr/bin/cut', '-d', ' ', '-f', '1,5,6', '/proc/self/stat']);
      const [pid, group, session] = (await finish(legacy, id)).stdout.trim().split(' ');
      expect([group, session]).toEqual([pid, pid]);
      await start(legacy, freshId(), ['/bin/ls', '/proc/self/fd'], { pipeStdin: true });
      const listed = (await finish(legacy, `p${started}`)).stdout.trim().split('\n').map(Number);
      // The fourth is the directory that is being listed; others can only have come through the server from here.
      expect(listed.filter((fd) => !inheritedDescriptors().includes(fd))).toEqual([0, 1, 2, 3]);
      await start(legacy, freshId(), ['/bin/grep', '-E', '^Sig(Blk|Ign):', '/proc/self/status']);
      expect((await finish(legacy, `p${started}`)).stdout).toBe(
        'SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n',
      );
    });

    test('arg0 is what the program sees as its name', async () => {
      const id = freshId();
      await startScript(legacy, id, 'echo "$0"', { arg0: 'another name' });
      expect((await finish(legacy, id)).stdout).toBe('another name\n');
    });

    test('without pipeStdin it reads from the null device', async () => {
      expect(await runScript(legacy, freshId(), 'readlink /proc/self/fd/0; cat')).toEqual({
        stdout: '/dev/null\n',
        stderr: '',
        exitCode: 0,
      });
    });

    test('the cwd may have any name', async () => {
      const name = 'sp ace#?%41\u00e9';
      await mkdir(join(directory.path, name), { recursive: true });
      const cwd = `file://${directory.path}/${encodeURIComponent(name)}`;
      const id = freshId();
      await start(legacy, id, ['/bin/pwd'], { cwd });
      expect((await finish(legacy, id)).stdout).toBe(`${join(directory.path, name)}\n`);
    });
  });

  describe('process/signal', () => {
    test('interrupt reaches a process, and its trap', async () => {
      const [caught, plain] = [freshId(), freshId()];
      await startScript(legacy, caught, trapping('INT', 'echo caught; exit 6'));
      await outputContains(legacy, caught, 'ready');
      await start(legacy, plain, ['/bin/sleep', '60']);
      for (const [processId, exitCode] of [
        [caught, 6],
        [plain, 130],
      ] as const) {
        expect(await legacy.request('process/signal', { processId, signal: 'interrupt' })).toEqual({
          result: {},
        });
        expect((await legacy.nextEvent('process/exited', processId)).params?.['exitCode']).toBe(exitCode);
      }
      expect(await outputContains(legacy, caught, 'caught')).toBe('caught\n');
      // Who is unknown or has ended is no error.
      for (const processId of [plain, 'never started']) {
        expect(await legacy.request('process/signal', { processId, signal: 'interrupt' })).toEqual({
          result: {},
        });
      }
    });

    test('under signals every target gets what it is sent, and nobody else', async () => {
      const processId = freshId();
      await start(modern, processId, [process.execPath, REPORT_SIGNALS, 'parent']);
      const lines: string[] = [];
      const nextLines = async (count: number): Promise<string[]> => {
        while (lines.length < count)
          lines.push(...(await outputContains(modern, processId, '\n')).split('\n').slice(0, -1));
        return lines.splice(0).sort();
      };
      expect(await nextLines(3)).toEqual(['member: ready', 'parent: ready', 'stray: ready']);
      for (const [signal, target, expected] of [
        ['SIGHUP', 'process', ['parent: SIGHUP']],
        ['SIGURG', 'group', ['member: SIGURG', 'parent: SIGURG']],
        ['SIGWINCH', 'tree', ['member: SIGWINCH', 'parent: SIGWINCH', 'stray: SIGWINCH']],
        ['SIGUSR2', 'tree', ['member: SIGURG SIGWINCH', 'parent: SIGHUP SIGURG SIGWINCH', 'stray: SIGWINCH']],
      ] as const) {
        expect(await modern.request('process/signal', { processId, signal, target })).toEqual({ result: {} });
        expect(await nextLines(expected.length)).toEqual(expected);
      }
      expect((await modern.nextEvent('process/exited', processId)).params).toMatchObject({
        exitCode: 0,
        signal: null,
      });
    });

    test('without a target the group is meant', async () => {
      const processId = freshId();
      await startScript(modern, processId, trapping('USR1', 'echo got it; exit 0'));
      await outputContains(modern, processId, 'ready');
      await modern.request('process/signal', { processId, signal: 'SIGUSR1' });
      await outputContains(modern, processId, 'got it');
    });

    test('names are refused unless they were agreed on and exist', async () => {
      const processId = await startCat(legacy);
      for (const signal of ['SIGTERM', 'SIGINT']) {
        expect(await legacy.request('process/signal', { processId, signal })).toEqual(
          failure(-32602, 'invalidParams', /signal: "interrupt" is the only one/),
        );
      }
      for (const client of [legacy, modern]) {
        for (const signal of ['terminate', 'SIGNOPE', 'sigint', '', 9, null, undefined]) {
          expect(await client.request('process/signal', { processId, signal })).toEqual(
            failure(-32602, 'invalidParams', /signal: /),
          );
        }
      }
      expect(
        await modern.request('process/signal', { processId, signal: 'SIGINT', target: 'everybody' }),
      ).toEqual(failure(-32602, 'invalidParams', /target: /));
      await end(legacy, processId);
    });
  });

  describe('process/terminate', () => {
    test('for a legacy client is SIGKILL, at once and for the whole tree', async () => {
      const processId = freshId();
      const script = 'trap "" TERM INT HUP; setsid sleep 60 & sleep 60 & echo ready; wait';
      await startScript(legacy, processId, script);
      await outputContains(legacy, processId, 'ready');
      await eventually('the whole tree', () =>
        markedProcesses(legacy.mark).filter(({ command }) => command === 'sleep 60').length === 2
          ? true
          : undefined,
      );
      expect(await legacy.request('process/terminate', { processId })).toEqual({ result: { running: true } });
      expect((await eventsOf(legacy, processId)).map(({ params }) => params)).toEqual([
        { processId, seq: 2, exitCode: 137, sandboxDenied: false },
        { processId, seq: 3 },
      ]);
      expect(markedProcesses(legacy.mark)).toEqual([]);
      for (const id of [processId, 'never started']) {
        expect(await legacy.request('process/terminate', { processId: id })).toEqual({
          result: { running: false },
        });
      }
    });

    test('under signals lets a process say good-bye', async () => {
      const processId = freshId();
      await startScript(modern, processId, trapping('TERM', 'echo bye; exit 5'));
      await outputContains(modern, processId, 'ready');
      expect(await modern.request('process/terminate', { processId })).toEqual({ result: { running: true } });
      expect((await eventsOf(modern, processId)).map(({ params }) => params)).toEqual([
        { processId, seq: 2, stream: 'stdout', chunk: base64('bye\n') },
        { processId, seq: 3, exitCode: 5, sandboxDenied: false, signal: null },
        { processId, seq: 4 },
      ]);
    });

    test('under signals wakes a stopped process up for it', async () => {
      const processId = freshId();
      await startScript(modern, processId, trapping('TERM', 'echo bye; exit 5'));
      await outputContains(modern, processId, 'ready');
      await modern.request('process/signal', { processId, signal: 'SIGSTOP' });
      await modern.request('process/terminate', { processId });
      await outputContains(modern, processId, 'bye');
    });

    test('under signals kills what has not gone after graceMs', async () => {
      const processId = freshId();
      await startScript(modern, processId, 'trap "" TERM; echo ready; sleep 60 & wait');
      await outputContains(modern, processId, 'ready');
      const before = performance.now();
      expect(await modern.request('process/terminate', { processId, graceMs: 200 })).toEqual({
        result: { running: true },
      });
      expect((await eventsOf(modern, processId)).map(({ params }) => params)).toEqual([
        { processId, seq: 2, exitCode: 137, sandboxDenied: false, signal: 'SIGKILL' },
        { processId, seq: 3 },
      ]);
      expect(performance.now() - before).toBeGreaterThanOrEqual(199);
      expect(performance.now() - before).toBeLessThan(2_000);
    });

    test('under signals kills what ignores SIGTERM, although its parent did not', async () => {
      const script = `/bin/sh -c 'trap "" TERM; echo ready; exec sleep 60' & wait`;
      const processId = freshId();
      await startScript(modern, processId, script);
      await outputContains(modern, processId, 'ready');
      await modern.request('process/terminate', { processId, graceMs: 1_000 });
      const exited = await modern.nextEvent('process/exited', processId);
      expect(exited.params).toMatchObject({ exitCode: 143, signal: 'SIGTERM' });
      await modern.nextEvent('process/closed', processId);
      await noneMarked(modern.mark);
      // Whoever leaves meanwhile leaves nothing either.
      const leaving = await world.connect();
      await leaving.initialize({ signals: 1 });
      await startScript(leaving, 'p', script);
      await outputContains(leaving, 'p', 'ready');
      await leaving.request('process/terminate', { processId: 'p', graceMs: 3_600_000 });
      await leaving.nextEvent('process/closed', 'p');
      await leaving[Symbol.asyncDispose]();
    });

    test('of a command that has finished leaves alone what it left running', async () => {
      for (const client of [legacy, modern]) {
        const [detached, holding] = [freshId(), freshId()];
        await startScript(client, detached, 'sleep 60 > /dev/null 2>&1 & exit 0');
        await client.nextEvent('process/closed', detached);
        await startScript(client, holding, 'sleep 60 & exit 0');
        await client.nextEvent('process/exited', holding);
        for (const processId of [detached, holding]) {
          expect(await client.request('process/terminate', { processId })).toEqual({
            result: { running: false },
          });
        }
        const left = await eventually('both that were left running', () => {
          const alive = markedProcesses(client.mark);
          return alive.length === 2 && alive.every(({ command }) => command === 'sleep 60')
            ? alive
            : undefined;
        });
        for (const { pid } of left) process.kill(pid, 'SIGKILL');
        await client.nextEvent('process/closed', holding);
      }
    });

    test('closes although somebody who got away holds the output', async () => {
      const processId = freshId();
      await startScript(legacy, processId, '(setsid sleep 60 &); echo ready; sleep 61');
      await outputContains(legacy, processId, 'ready');
      const escaped = await eventually('the one that gets away', () => {
        const all = markedProcesses(legacy.mark);
        const isOrphan = (parentPid: number): boolean => all.every(({ pid }) => pid !== parentPid);
        return all.find(({ command, parentPid }) => command === 'sleep 60' && isOrphan(parentPid));
      });
      await legacy.request('process/terminate', { processId });
      await legacy.nextEvent('process/exited', processId);
      const before = performance.now();
      await legacy.nextEvent('process/closed', processId);
      expect(performance.now() - before).toBeLessThan(1_500);
      process.kill(escaped.pid, 'SIGKILL');
    });

    test.each([
      [{ graceMs: -1 }, /graceMs: /],
      [{ graceMs: 'long' }, /graceMs: /],
      [{ processId: 7 }, /processId: /],
    ])('refuses %j', async (params, message) => {
      expect(await modern.request('process/terminate', { processId: 'x', ...params })).toEqual(
        failure(-32602, 'invalidParams', message),
      );
    });
  });

  test('two sessions may use the same id', async () => {
    for (const [client, text] of [
      [legacy, 'one'],
      [modern, 'two'],
    ] as const) {
      await start(client, 'shared', ['/bin/cat'], { pipeStdin: true });
      await client.request('process/write', { processId: 'shared', writeId: '1', chunk: base64(text) });
    }
    expect(await outputContains(legacy, 'shared', 'one')).toBe('one');
    expect(await outputContains(modern, 'shared', 'two')).toBe('two');
    await end(legacy, 'shared');
    expect(await modern.request('process/terminate', { processId: 'shared', graceMs: 0 })).toEqual({
      result: { running: true },
    });
    await modern.nextEvent('process/closed', 'shared');
  });
});
