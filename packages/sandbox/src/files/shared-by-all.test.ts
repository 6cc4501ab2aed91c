import { expect, test } from 'vitest';
import { isSharedByAll } from './shared-by-all.js';

const FOUND = { kind: 'directory', device: 1, inode: 1, uid: 1001, gid: 1001, links: 2 } as const;

test.each([
  ['one of somebody else that all may write', '/srv/in', 0o1777, false, true],
  ['one of this user, which a command could have opened', '/ws', 0o1777, true, false],
  ['/tmp, whoever has it', '/tmp', 0o1777, true, true],
  ['one in which others remove files', '/srv/in', 0o777, false, false],
  ['one that others only read', '/srv/in', 0o1755, false, false],
])('%s is for all or not', (_, path, mode, isOwn, expected) => {
  expect(isSharedByAll(path, { ...FOUND, mode }, { isOwn: () => isOwn })).toBe(expected);
});
