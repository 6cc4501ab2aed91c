import { expect, test } from 'vitest';
import { backoffMs, busyRetryMs } from './backoff.js';

test('the first attempt is made at once, later ones wait twice as long each time, up to a limit', () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 7, 1_000].map((failures) => backoffMs(failures, 1));
  expect(waits).toEqual([0, 100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]);
});

test('chance takes up to half of a wait away', () => {
  expect([backoffMs(3, 0), backoffMs(3, 0.5), busyRetryMs(0), busyRetryMs(1)]).toEqual([200, 300, 125, 250]);
});
