import { expect, test } from 'vitest';
import { isClosedInside, isUnreadableInside, isUnwritableInside } from './closed-inside.js';

const ROOT = { uid: 0, gid: 0, groups: [0, 4] };
const USER = { uid: 1001, gid: 1001, groups: [1001] };

test.each([
  ['its own', 0, 0, 0o000, false],
  ['its own of another group', 0, 33, 0o077, true],
  ['its own of another group that it may enter', 0, 33, 0o100, false],
  ['one of a group that it is in', 1001, 4, 0o710, false],
  ['one that only such a group may not enter', 1001, 4, 0o707, true],
  ['one of another group', 1001, 33, 0o710, true],
  ['one that all may enter', 1001, 33, 0o701, false],
])('into %s root gets inside or not', (_, uid, gid, mode, expected) => {
  expect(isClosedInside({ kind: 'directory', uid, gid, mode }, ROOT)).toBe(expected);
});

test('a file keeps nobody from going on, and an ordinary user is kept out of the same outside', () => {
  expect([
    isClosedInside({ kind: 'file', uid: 1001, gid: 1001, mode: 0 }, ROOT),
    isClosedInside({ kind: 'directory', uid: 0, gid: 0, mode: 0 }, USER),
  ]).toEqual([false, false]);
});

test.each([
  ['its own, which it may open', 0, 0, 0o500, false],
  ['one of another user', 1001, 1001, 0o755, true],
  ['one of a group that it is in', 1001, 4, 0o770, false],
  ['one that only such a group may not write', 1001, 4, 0o707, true],
  ['one that all may write', 1001, 1001, 0o777, false],
])('%s root writes inside or not', (_, uid, gid, mode, expected) => {
  expect([
    isUnwritableInside({ uid, gid, mode }, ROOT),
    isUnwritableInside({ uid, gid, mode }, USER),
  ]).toEqual([expected, false]);
});

test.each([
  ['its own, which it may open', 0, 0, 0o000, false],
  ['one of another user', 1001, 1001, 0o600, true],
  ['one of a group that it is in', 1001, 4, 0o640, false],
  ['one that only such a group may not read', 1001, 4, 0o604, true],
  ['one that all may read', 1001, 1001, 0o644, false],
])('%s root reads inside or not', (_, uid, gid, mode, expected) => {
  expect([
    isUnreadableInside({ uid, gid, mode }, ROOT),
    isUnreadableInside({ uid, gid, mode }, USER),
  ]).toEqual([expected, false]);
});
