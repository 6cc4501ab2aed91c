import { expect, test } from 'vitest';
import { isSharedByAll } from './shared-by-all.js';

const OWNERS = [0, 33, 1001];

test.each([
  ['/tmp, whoever has it', '/tmp', 0o1777, true],
  [
    'any other one that all may write, which a command of its owner could have opened',
    '/srv/in',
    0o1777,
    false,
  ],
  ['one in which others remove files', '/tmp', 0o777, false],
  ['one that others only read', '/tmp', 0o1755, false],
])('%s is for all or not', (_, path, mode, expected) => {
  expect(OWNERS.map((uid) => isSharedByAll(path, { uid, gid: uid, mode }))).toEqual(
    OWNERS.map(() => expected),
  );
});
