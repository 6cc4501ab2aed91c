import {
  asProcessId,
  MAX_CLOSED_PROCESSES,
  MAX_MESSAGE_BYTES,
  MAX_MESSAGE_VALUES,
  MAX_PROCESSES_PER_SERVER,
  type ProcessSummary,
} from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { type Summarized, summariesOf, summaryOf } from './process-summary.js';

const ALL = MAX_PROCESSES_PER_SERVER + MAX_CLOSED_PROCESSES;

/** The character that takes most of a message. */
const WIDE = '\u0001';

function running(argv: readonly string[], id = 'p', cwd = 'file:///srv'): Summarized {
  return {
    traits: {
      id: asProcessId(id),
      ref: '0123456789ab',
      session: 's1234',
      argv,
      cwd,
      truncated: false,
      tty: false,
      lifetime: 'session',
      startedAtMs: 1_800_000_000_000,
    },
    log: { exited: undefined, closed: undefined, firstSeq: 1_000_000_000, nextSeq: 2_000_000_000 },
    pid: 4_000_000,
  };
}

function valuesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, one) => sum + valuesIn(one), 1);
}

test('as many processes as a server has fit into one message, whatever their clients have called and given them', () => {
  const cwd = `file:///${WIDE.repeat(60_000)}`;
  const long = running([WIDE.repeat(100_000)], WIDE.repeat(1024), cwd);
  const answer = { id: 1, result: { processes: summariesOf(Array<Summarized>(ALL).fill(long)) } };
  const bytes = Buffer.byteLength(JSON.stringify(answer));
  expect(bytes).toBeLessThan(MAX_MESSAGE_BYTES);
  expect(answer.result.processes[0]?.argv[0]).not.toBe('');
});

test('so do their arguments', () => {
  const many = running(Array<string>(10_000).fill('a'));
  const answer = { id: 1, result: { processes: summariesOf(Array<Summarized>(ALL).fill(many)) } };
  expect(valuesIn(answer)).toBeLessThanOrEqual(MAX_MESSAGE_VALUES);
  expect(answer.result.processes[0]).toMatchObject({ argv: Array(13).fill('a'), truncated: true });
});

test('a usual list shows each process as it is', () => {
  const argv = ['node', ...Array<string>(200).fill('--an-option=1')];
  const expected: ProcessSummary = summaryOf(running(argv));
  expect(expected).toEqual({
    ref: '0123456789ab',
    id: 'p',
    session: 's1234',
    argv,
    cwd: 'file:///srv',
    pid: 4_000_000,
    tty: false,
    lifetime: 'session',
    startedAtMs: 1_800_000_000_000,
    state: 'running',
    exitCode: null,
    firstSeq: 1_000_000_000,
    nextSeq: 2_000_000_000,
  });
  expect(summariesOf(Array<Summarized>(1000).fill(running(argv)))).toEqual(Array(1000).fill(expected));
  expect(summariesOf([])).toEqual([]);
});
