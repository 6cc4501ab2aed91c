import { expect, test } from 'vitest';
import { TestClock } from '../../testing/test-clock.js';
import { AnswerBuffers } from './answer-buffers.js';

const STEP = 64 * 1024;

test('a buffer that has come back is used for the next answer that fits', () => {
  const buffers = new AnswerBuffers(new TestClock());
  const first = buffers.take(5 * STEP - 1);
  first.release();
  const small = buffers.take(10);
  const other = buffers.take(5 * STEP);
  // Compared as objects are: the assertion library takes seconds for so many bytes.
  expect([small.bytes === first.bytes, other.bytes === first.bytes]).toEqual([true, false]);
  expect([other.bytes.length, buffers.heldBytes]).toEqual([5 * STEP, 10 * STEP]);
});

test('of two that come back the larger one is kept, and not for ever', () => {
  const clock = new TestClock();
  const buffers = new AnswerBuffers(clock);
  const [large, small] = [buffers.take(3 * STEP), buffers.take(STEP)];
  large.release();
  small.release();
  const again = buffers.take(2 * STEP);
  expect(again.bytes === large.bytes).toBe(true);
  again.release();
  clock.advance(9_999);
  const third = buffers.take(1);
  expect(third.bytes === large.bytes).toBe(true);
  third.release();
  clock.advance(10_000);
  expect([buffers.take(1).bytes === large.bytes, clock.pending]).toEqual([false, 0]);
});

test('a buffer counts as held until it comes back, once', () => {
  const buffers = new AnswerBuffers(new TestClock(), 2 * STEP);
  const [first, second, third] = [STEP, STEP, STEP].map((length) => buffers.take(length));
  expect([buffers.heldBytes, buffers.isScarce]).toEqual([3 * STEP, true]);
  first?.release();
  first?.release();
  expect([buffers.heldBytes, buffers.isScarce]).toEqual([2 * STEP, false]);
  second?.release();
  third?.release();
  expect(buffers.heldBytes).toBe(0);
});
