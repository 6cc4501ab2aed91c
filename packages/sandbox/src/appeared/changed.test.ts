import { expect, test } from 'vitest';
import { isSince } from './changed.js';

const SINCE = 1_800_000_000_400;

test('what changed at a time or later has changed since, and with times of whole seconds, within their grain before it', () => {
  const before = (ms: number): boolean => isSince(SINCE - ms, SINCE);
  expect({
    atOnce: before(0),
    later: before(-0.25),
    earlier: before(0.25),
    aSecondEarlier: before(1_000),
    inThisSecond: before(400),
    inTheLastOne: before(1_400),
    longBefore: before(2_400),
    never: isSince(0, SINCE),
  }).toEqual({
    atOnce: true,
    later: true,
    earlier: false,
    aSecondEarlier: false,
    inThisSecond: true,
    inTheLastOne: true,
    longBefore: false,
    never: false,
  });
});
