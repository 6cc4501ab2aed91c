import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from './clock.js';

const DAY_MS = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test.each([1, 30 * DAY_MS, 100 * DAY_MS])('a timer of %i ms fires then and not before', (delayMs) => {
  const fired: string[] = [];
  systemClock.after(delayMs, () => fired.push('fired'));
  vi.advanceTimersByTime(delayMs - 1);
  expect(fired).toEqual([]);
  vi.advanceTimersByTime(1);
  expect([fired, vi.getTimerCount()]).toEqual([['fired'], 0]);
});

test('a long timer can be cancelled at any time', () => {
  const timer = systemClock.after(100 * DAY_MS, () => {
    throw new Error('fired');
  });
  vi.advanceTimersByTime(60 * DAY_MS);
  timer.cancel();
  expect(vi.getTimerCount()).toBe(0);
});
