import { expect, test } from 'vitest';
import type { ProcessEvent } from '../events.js';
import { ReorderBuffer } from './reorder-buffer.js';

/** What an event without bytes counts for. */
const EVENT_BYTES = 256;

function event(seq: number): ProcessEvent {
  return { type: 'closed', seq };
}

function pushAll(buffer: ReorderBuffer, seqs: readonly number[]): number[][] {
  return seqs.map((seq) => buffer.push(event(seq)).map((released) => released.seq));
}

test('events in order pass at once', () => {
  expect(pushAll(new ReorderBuffer(), [1, 2, 3])).toEqual([[1], [2], [3]]);
});

test('swapped neighbours come out in order', () => {
  expect(pushAll(new ReorderBuffer(), [2, 1, 4, 3, 5])).toEqual([[], [1, 2], [], [3, 4], [5]]);
});

test('an event that was seen before is left out, whether it waits or has passed', () => {
  expect(pushAll(new ReorderBuffer(), [1, 1, 3, 3, 2, 3, 2])).toEqual([[1], [], [], [], [2, 3], [], []]);
});

test('a hole is given up when more waits behind it than the limit, and what waited goes on in order', () => {
  const buffer = new ReorderBuffer(0, 10 * EVENT_BYTES);
  const behind = Array.from({ length: 11 }, (_, index) => 12 - index);
  expect(pushAll(buffer, behind.slice(0, 10)).flat()).toEqual([]);
  expect(pushAll(buffer, behind.slice(10)).flat()).toEqual([...behind].reverse());
  expect(pushAll(buffer, [1, 13])).toEqual([[], [13]]);
});

test('bytes of output count against the limit, and room is made by what goes on', () => {
  const buffer = new ReorderBuffer(0, 4 * EVENT_BYTES);
  const big = (seq: number): ProcessEvent => ({
    type: 'output',
    seq,
    stream: 'stdout',
    bytes: new Uint8Array(2 * EVENT_BYTES),
  });
  expect(buffer.push(big(2))).toEqual([]);
  expect(buffer.push(event(1))).toEqual([event(1), big(2)]);
  expect(buffer.push(big(4))).toEqual([]);
  expect(buffer.push(big(5))).toEqual([big(4), big(5)]);
});

test('what waited before a number that is given up goes on, and so does what follows it', () => {
  const buffer = new ReorderBuffer();
  expect(pushAll(buffer, [5, 3, 7, 8])).toEqual([[], [], [], []]);
  expect(buffer.skip(6).map(({ seq }) => seq)).toEqual([3, 5, 7, 8]);
  expect(pushAll(buffer, [4, 9])).toEqual([[], [9]]);
});
