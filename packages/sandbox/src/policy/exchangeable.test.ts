import { expect, test } from 'vitest';
import { fakeFiles } from '../files/testing/fake-files.js';
import { isExchangeable } from './exchangeable.js';
import { policyOf } from './testing/rules.js';

const OWN = { uid: 1000, gid: 1000, systemUid: 0 };

const FILES = fakeFiles(
  {
    '/ws/deep/start': 'directory',
    '/home/other/start': 'directory',
    '/tmp/ws': 'directory',
    '/tmp/theirs': 'directory',
  },
  {
    '/home/other': { uid: 1001, mode: 0o755 },
    '/tmp': { mode: 0o1777 },
    '/tmp/ws': { uid: 1000 },
    '/tmp/theirs': { uid: 1001 },
  },
);

test.each([
  ['the top of what may be written', '/ws', false],
  ['what lies below that', '/ws/deep', true],
  ['what lies deeper', '/ws/deep/start', true],
  ['what another user may rename', '/home/other/start', true],
  ['what lies in a directory for all, and is of this user', '/tmp/ws', false],
  ['what lies there, and is of another one', '/tmp/theirs', true],
  ['the root', '/', false],
])('%s', (_, directory, expected) => {
  const policy = policyOf(['read /', 'write /ws', 'read /ws/deep/start']);
  expect(isExchangeable(directory, policy, OWN, FILES)).toBe(expected);
});

test('nothing is held where files are not restricted', () => {
  const policy = { ...policyOf(['write /']), restrictsFiles: false };
  expect(isExchangeable('/ws/deep', policy, OWN, FILES)).toBe(false);
});
