import { tmpdir } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import {
  AHEAD_BYTES,
  ExecError,
  MAX_LOG_SIZES,
  type SandboxDenial,
  type TerminalSize,
} from '@holdfast/exec-protocol';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { collectGarbage } from '../testing/collect-garbage.js';
import { ModelChild } from '../testing/model-processes.js';
import { TestClock } from '../testing/test-clock.js';
import { PushCursor } from './follow/push-cursor.js';
import type { ManagedProcess } from './managed-process.js';
import { spawnPipe } from './spawn/pipe/pipe.js';
import { createPipePool, type PipePool } from './spawn/pipe/pipe-pool.js';
import { specOf } from './spawn/testing/recording.js';
import { idleProcess } from './testing/idle-process.js';

const KIB = 1024;

let pool: PipePool;

beforeAll(() => {
  pool = createPipePool({ directory: tmpdir() });
});
afterAll(() => pool.close());

/** A process whose output nobody takes. */
const lonelyProcess = (): ManagedProcess => idleProcess(new TestClock(), { ref: 'p' });

/** What it has printed, as its judge sees it. */
function judgedOutput(pieces: Iterable<string>): string {
  const process = lonelyProcess();
  let judged = '';
  process.judgeBy((_, output) => {
    judged = output();
    return Promise.resolve(undefined);
  });
  for (const piece of pieces) process.onOutput('stderr', Buffer.from(piece));
  process.onExit({ exitCode: 1, signal: null });
  return judged;
}

/** Lines until there is so much of them. */
function* lines(bytes: number, length: number): Generator<string> {
  for (let at = 0; at < bytes; at += length) yield `${String(at).padStart(length - 1)}\n`;
}

test('a command that failed is judged by the end of its output, on whatever disk that is', () => {
  const complaint = 'touch: /srv/x: Read-only file system\n';
  for (const much of [
    [...lines(2 * AHEAD_BYTES, KIB), complaint],
    [...lines(2 * AHEAD_BYTES, 64 * KIB - 1), complaint],
    [`${'x'.repeat(2 * AHEAD_BYTES)}${complaint}`],
  ]) {
    expect(judgedOutput(much).slice(-16 * KIB)).toBe(much.join('').slice(-16 * KIB));
  }
});

test('a command that failed is judged by all of its output that is in memory', () => {
  const some = [...lines(AHEAD_BYTES / 2, KIB)];
  expect(judgedOutput(some)).toBe(some.join(''));
  expect(judgedOutput(['a', 'b'])).toBe('ab');
});

test('what is to be done after the exit is done once, before the output is complete', () => {
  const process = lonelyProcess();
  const seen: unknown[] = [];
  process.onceExited(() => seen.push([process.log.exited?.exitCode, process.log.closed]));
  expect(seen).toEqual([]);
  process.onExit({ exitCode: 3, signal: null });
  process.onClosed();
  expect(seen).toEqual([[3, undefined]]);
});

/** What the log has, in its order. */
function eventsOf({ log }: ManagedProcess): readonly string[] {
  const seqs = Array.from({ length: log.nextSeq - log.firstSeq }, (_, at) => log.firstSeq + at);
  return seqs.map((seq) => String(log.peek(seq - 1)?.type));
}

test('a failed command is told as ended, and then as closed, when it has been judged', async () => {
  const process = lonelyProcess();
  let judge: (denial: SandboxDenial) => void = () => undefined;
  process.judgeBy(() => new Promise((resolve) => (judge = resolve)));
  const looked: unknown[] = [];
  process.onceExited(() => looked.push(eventsOf(process)));
  process.onOutput('stderr', Buffer.from('a'));
  process.onExit({ exitCode: 1, signal: null });
  process.onClosed();
  await turn();
  expect([eventsOf(process), looked]).toEqual([['output'], []]);
  const denial: SandboxDenial = { findings: [] };
  judge(denial);
  await turn();
  expect([eventsOf(process), process.log.exited?.denial]).toEqual([['output', 'exited', 'closed'], denial]);
  expect(looked).toEqual([['output', 'exited']]);
});

test('while a failed command is judged nothing is sent to what was its process', async () => {
  const process = lonelyProcess();
  const judged = new Promise<void>((resolve) => {
    process.judgeBy(() => new Promise(() => resolve()));
  });
  process.adopt(await spawnPipe(specOf('exit 1'), pool, process), false);
  expect(process.isRunning).toBe(true);
  await judged;
  expect([process.isRunning, process.terminate(undefined), eventsOf(process)]).toEqual([false, false, []]);
});

test.each([0, 1])(
  'what judges a command and looks after it is not kept when it has ended with %i',
  async (exitCode) => {
    const process = lonelyProcess();
    const weak = ((): WeakRef<object> => {
      const plan = { of: 'its sandbox' };
      process.judgeBy(() => Promise.resolve(plan.of === '' ? { findings: [] } : undefined));
      process.onceExited(() => plan.of);
      return new WeakRef(plan);
    })();
    await turn();
    collectGarbage();
    expect(weak.deref()).toEqual({ of: 'its sandbox' });
    await turn();
    process.onExit({ exitCode, signal: null });
    await turn();
    collectGarbage();
    expect([weak.deref(), process.log.exited?.exitCode]).toEqual([undefined, exitCode]);
  },
);

test.each(['null', 'pipe'] as const)('a child with stdin %s is not kept once closed', async (stdin) => {
  const process = lonelyProcess();
  const [weak, pid] = await (async () => {
    const child = await spawnPipe(specOf('echo hi', { stdin }), pool, process);
    process.adopt(child, stdin === 'pipe');
    return [new WeakRef(child), child.pid];
  })();
  await vi.waitFor(
    () => {
      collectGarbage();
      // Not the child itself, which a failure would keep.
      const isKept = weak.deref() !== undefined;
      expect({ isClosed: process.log.closed !== undefined, isKept }).toEqual({
        isClosed: true,
        isKept: false,
      });
    },
    { timeout: 10_000, interval: 5 },
  );
  expect(process.pid).toBe(pid);
});

test('a terminal is not resized while too many sizes wait for its owner, and again when it has taken one', () => {
  const process = lonelyProcess();
  const seen: number[] = [];
  const resize = ({ rows }: TerminalSize): void => {
    seen.push(rows);
  };
  process.adopt(Object.assign(new ModelChild(1, undefined, process), { resize }), false);
  const owner = new PushCursor(process.log, { windowBytes: undefined, isOwner: true });
  for (let rows = 1; rows <= MAX_LOG_SIZES; rows += 1) process.resize({ rows, cols: 80 });
  const refusal = new ExecError(
    'limitExceeded',
    '4096 sizes of the terminal wait for the client that started it; resize it when that has taken some',
  );
  expect(() => {
    process.resize({ rows: 9000, cols: 80 });
  }).toThrow(refusal);
  expect(owner.take()).toMatchObject({ type: 'resized', seq: 1 });
  process.resize({ rows: 9001, cols: 80 });
  expect([seen.length, seen.at(-1), process.log.nextSeq, process.log.firstSeq]).toEqual([
    MAX_LOG_SIZES + 1,
    9001,
    MAX_LOG_SIZES + 2,
    2,
  ]);
});
