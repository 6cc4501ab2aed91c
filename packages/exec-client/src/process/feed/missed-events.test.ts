import { expect, test } from 'vitest';
import type { ClosedEvent, ExitedEvent, ProcessEvent } from '../events.js';
import type { ReadAnswer } from '../views/view-source.js';
import { missedEvents } from './missed-events.js';

const EXITED: ExitedEvent = { type: 'exited', seq: 5, exitCode: 7, signal: null };
const CLOSED: ClosedEvent = { type: 'closed', seq: 6 };

interface Case {
  readonly name: string;
  readonly after: number;
  /** Numbers of the output in the page. */
  readonly page: readonly number[];
  readonly nextSeq: number;
  readonly state?: 'exited' | 'closed';
  readonly known?: readonly ('exited' | 'closed')[];
  /** `o4` is output 4, `x5` the exit, `c6` the close. */
  readonly told: string;
  readonly gap?: readonly [from: number, to: number];
}

const CASES: readonly Case[] = [
  { name: 'nothing happened', after: 3, page: [], nextSeq: 4, told: '' },
  { name: 'output alone', after: 3, page: [4, 5], nextSeq: 6, told: 'o4 o5' },
  { name: 'output that was seen before is left out', after: 3, page: [2, 3, 4], nextSeq: 5, told: 'o4' },
  { name: 'the exit behind the output', after: 3, page: [4], nextSeq: 6, state: 'exited', told: 'o4 x5' },
  {
    name: 'the exit before the output',
    after: 4,
    page: [6, 7],
    nextSeq: 8,
    state: 'exited',
    told: 'x5 o6 o7',
  },
  { name: 'the exit amid output', after: 3, page: [4, 6], nextSeq: 7, state: 'exited', told: 'o4 x5 o6' },
  { name: 'the exit alone', after: 4, page: [], nextSeq: 6, state: 'exited', told: 'x5' },
  { name: 'exit and close', after: 4, page: [], nextSeq: 7, state: 'closed', told: 'x5 c6' },
  {
    name: 'output, exit and close',
    after: 2,
    page: [3, 4],
    nextSeq: 7,
    state: 'closed',
    told: 'o3 o4 x5 c6',
  },
  {
    name: 'an exit that is known is no hole',
    after: 3,
    page: [4],
    nextSeq: 6,
    state: 'exited',
    known: ['exited'],
    told: 'o4',
  },
  {
    name: 'a close alone, of a process whose exit is known',
    after: 5,
    page: [],
    nextSeq: 7,
    state: 'closed',
    known: ['exited'],
    told: 'c6',
  },
  {
    name: 'an end that overtook its output',
    after: 2,
    page: [3, 4],
    nextSeq: 7,
    state: 'closed',
    known: ['exited', 'closed'],
    told: 'o3 o4',
  },
  { name: 'the oldest output is gone', after: 2, page: [8, 9], nextSeq: 10, told: 'o8 o9', gap: [3, 7] },
  {
    name: 'the oldest output is gone, and the exit is behind it',
    after: 2,
    page: [4],
    nextSeq: 6,
    state: 'exited',
    told: 'o4 x5',
    gap: [3, 3],
  },
  {
    name: 'the exit lies somewhere in what is gone, and counts as its last number',
    after: 2,
    page: [6],
    nextSeq: 7,
    state: 'exited',
    told: 'x5 o6',
    gap: [3, 4],
  },
  {
    name: 'all output is gone, the end is not',
    after: 2,
    page: [],
    nextSeq: 7,
    state: 'closed',
    told: 'x5 c6',
    gap: [3, 4],
  },
  {
    name: 'an exit that is known lies at the end of what is gone',
    after: 2,
    page: [6],
    nextSeq: 7,
    state: 'exited',
    known: ['exited'],
    told: 'o6',
    gap: [3, 4],
  },
  {
    name: 'an exit that is known lies at the beginning of what is gone',
    after: 4,
    page: [8],
    nextSeq: 9,
    state: 'exited',
    known: ['exited'],
    told: 'o8',
    gap: [6, 7],
  },
  {
    name: 'a page that was cut tells the state at its end: the process had not exited there',
    after: 2,
    page: [3, 4],
    nextSeq: 5,
    told: 'o3 o4',
  },
];

function tokenOf(event: ProcessEvent): string {
  const letter = { output: 'o', resized: 'r', exited: 'x', closed: 'c' }[event.type];
  return `${letter}${event.seq}`;
}

test('a death by a signal is told as one where the server tells it, and as none elsewhere', () => {
  const page: ReadAnswer = { chunks: [], nextSeq: 6, exited: true, exitCode: 137, closed: false };
  const known = { afterSeq: 4, exited: undefined, closed: undefined };
  const told = { type: 'exited', seq: 5, exitCode: 137 };
  expect(missedEvents({ ...page, signal: 'SIGKILL' }, known).events).toEqual([
    { ...told, signal: 'SIGKILL' },
  ]);
  expect(missedEvents(page, known).events).toEqual([{ ...told, signal: null }]);
});

test.each(CASES)('$name', ({ after, page, nextSeq, state, known = [], told, gap }) => {
  const answer: ReadAnswer = {
    chunks: page.map((seq) => ({ seq, stream: 'stdout' as const, chunk: new Uint8Array([seq]) })),
    nextSeq,
    exited: state !== undefined,
    exitCode: state === undefined ? null : 7,
    closed: state === 'closed',
  };
  const { events, gap: missing } = missedEvents(answer, {
    afterSeq: after,
    exited: known.includes('exited') ? EXITED : undefined,
    closed: known.includes('closed') ? CLOSED : undefined,
  });
  expect({
    told: events.map(tokenOf).join(' '),
    gap: missing === undefined ? undefined : [missing.from, missing.to],
    exit: events.find(({ type }) => type === 'exited'),
  }).toEqual({ told, gap, exit: told.includes('x5') ? EXITED : undefined });
});
