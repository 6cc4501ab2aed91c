import { expect, test } from 'vitest';
import type { ProcessEvent } from '../events.js';
import { ReorderBuffer } from './reorder-buffer.js';

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

test('a hole is given up when more than 256 events wait behind it', () => {
  const buffer = new ReorderBuffer();
  const behind = Array.from({ length: 257 }, (_, index) => index + 2);
  expect(pushAll(buffer, behind.slice(0, 256)).flat()).toEqual([]);
  expect(pushAll(buffer, behind.slice(256)).flat()).toEqual(behind);
  expect(pushAll(buffer, [1, 259])).toEqual([[], [259]]);
});
