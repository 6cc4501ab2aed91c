import { expect, test } from 'vitest';
import { fakeFiles } from '../files/testing/fake-files.js';
import { policyOf } from '../policy/testing/rules.js';
import { mountsIn } from './mount-table.js';
import { withoutUnasked } from './unasked-mounts.js';

const FILES = fakeFiles({
  '/dead/f': { text: 'f' },
  '/dead/local/f': { text: 'f' },
  '/home/u/f': { text: 'f' },
  '/home/other': 'directory',
  '/ws/share/f': { text: 'f' },
  '/ws/aimed': { link: '/dead' },
});

const MOUNTS = mountsIn(
  [
    '21 1 0:20 / / rw - nfs4 server:/root rw',
    '22 21 8:2 / /ws rw - ext4 /dev/sdb rw',
    '23 21 0:50 / /dead rw - fuse.sshfs host: rw',
    '24 23 8:3 / /dead/local rw - ext4 /dev/sdc rw',
    '25 21 0:51 / /home rw - autofs home rw',
    '26 25 0:52 / /home/u rw - nfs4 server:/u rw',
    '27 22 0:53 / /ws/share rw - 9p share rw',
  ].join('\n'),
);

function seenBelow(lines: readonly string[]): readonly string[] {
  const files = withoutUnasked(FILES, MOUNTS, policyOf(lines).rules);
  const paths = [
    '/',
    '/dead',
    '/dead/f',
    '/dead/local/f',
    '/home',
    '/home/other',
    '/home/u/f',
    '/ws/share/f',
  ];
  return paths.filter((path) => {
    try {
      return files.look(path) !== undefined;
    } catch {
      return false;
    }
  });
}

test.each([
  [['write /ws'], ['/', '/dead/local/f', '/ws/share/f']],
  [
    ['read /', 'write /home/u/f'],
    ['/', '/dead/local/f', '/home', '/home/u/f'],
  ],
  [
    ['read /', 'deny /dead/f'],
    ['/', '/dead', '/dead/f', '/dead/local/f'],
  ],
  [['write /'], ['/', '/dead/local/f']],
])('%j needs of what others answer for no more than %j', (lines, seen) => {
  expect(seenBelow(lines)).toEqual(seen);
});

test('why something is not looked at is said', () => {
  const files = withoutUnasked(FILES, MOUNTS, policyOf(['write /ws']).rules);
  expect(() => files.look('/dead/f')).toThrow('whoever answers for what is mounted at /dead may never do so');
});

test('nothing is read or listed there either, by a link as little', () => {
  const asked: string[] = [];
  const watched = {
    ...FILES,
    list: (path: string, atMost: number) => {
      asked.push(path);
      return FILES.list(path, atMost);
    },
    readText: (path: string) => {
      asked.push(path);
      return FILES.readText(path);
    },
  };
  const files = withoutUnasked(watched, MOUNTS, policyOf(['write /ws']).rules);
  const paths = ['/dead', '/ws/aimed', '/ws/share'];
  expect([
    paths.map((path) => files.list(path, 9)?.length),
    paths.map((path) => files.readText(`${path}/f`)),
    asked,
  ]).toEqual([
    [0, 0, 1],
    [undefined, undefined, 'f'],
    ['/ws/share', '/ws/share/f'],
  ]);
});
