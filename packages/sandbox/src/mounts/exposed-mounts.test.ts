import { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { fakeFiles } from '../files/testing/fake-files.js';
import { exposedMounts } from './exposed-mounts.js';
import { mountsIn } from './mount-table.js';

const OWN = { uid: 0, gid: 0, systemUid: 0 };

const FILES = fakeFiles(
  {
    '/home/other/disk': 'directory',
    '/run/user/1001/gvfs': 'directory',
    '/srv/disk': 'directory',
    '/srv/all/disk': 'directory',
    '/srv/shared/disk': 'directory',
    '/tmp/disk': 'directory',
  },
  {
    '/home/other': { uid: 1001, mode: 0o700 },
    '/run/user/1001': { uid: 1001, mode: 0o700 },
    '/srv/all': { mode: 0o777 },
    '/srv/shared': { gid: 100, mode: 0o2755 },
    '/tmp': { mode: 0o1777 },
  },
);

function exposed(path: string, options = 'rw', fileSystem = 'ext4 /dev/sda1 rw'): readonly string[] {
  return exposedMounts(mountsIn(`36 35 8:1 / ${path} ${options} shared:1 - ${fileSystem}\n`), OWN, FILES);
}

test.each([
  ['below a directory of another user', '/home/other/disk', true],
  ['below one in which everybody may rename', '/srv/all/disk', true],
  ['below one of this user and another group', '/srv/shared/disk', true],
  ['below directories of root', '/srv/disk', false],
  ['in a directory in which nobody renames what is of others', '/tmp/disk', false],
  ['at the root', '/', false],
  ['in a tree of the kernel', '/sys/fs/cgroup', false],
])('a mount %s', (_, path, isExposed) => {
  expect(exposed(path)).toEqual(isExposed ? [path] : []);
});

test('below what this user has shut, for bubblewrap gets past that, and not below what others have shut', () => {
  const files = fakeFiles(
    { '/srv/own': 'shut', '/srv/other': 'shutByOthers' },
    { '/srv/own': { uid: 1000 } },
  );
  const user = { uid: 1000, gid: 1000, systemUid: 0 };
  const table = ['own', 'other'].map((name, at) => `${at} 9 8:${at} / /srv/${name}/a/disk rw - ext4 x rw\n`);
  expect(exposedMounts(mountsIn(table.join('')), user, files)).toEqual(['/srv/own/a/disk']);
});

test('nothing is asked of what may not answer', () => {
  const lines = ['/mnt/nfs', '/mnt/nfs/below'].map(
    (path, at) => `${at} 35 8:1 / ${path} rw - ${at === 0 ? 'nfs4 server:/' : 'ext4 /dev/sdb'} rw\n`,
  );
  const asked: string[] = [];
  const look = (path: string): ReturnType<typeof FILES.look> => {
    asked.push(path);
    return FILES.look(path) ?? FILES.look('/');
  };
  expect([exposedMounts(mountsIn(lines.join('')), OWN, { ...FILES, look }), asked]).toEqual([
    ['/mnt/nfs/below'],
    ['/', '/mnt'],
  ]);
});

test('a look that fails otherwise is told', () => {
  const mounts = mountsIn('36 35 8:1 / /srv/shut/in/disk rw - ext4 /dev/sda1 rw\n');
  const noTime = new ExecError('limitExceeded', 'no time left');
  const look = (): never => {
    throw noTime;
  };
  expect(() => exposedMounts(mounts, OWN, { ...FILES, look })).toThrow(noTime);
});

test('a mount that is closed already, and one that is closed but for its devices', () => {
  expect([exposed('/home/other/disk', 'ro,nosuid,nodev'), exposed('/home/other/disk', 'ro,nosuid')]).toEqual([
    [],
    ['/home/other/disk'],
  ]);
});

test('what is covered, whoever has the directory, but for what only waits to be', () => {
  const beneath = (kind: string): readonly string[] =>
    exposedMounts(
      mountsIn(`2 1 8:1 / /srv/disk rw - ${kind} x rw\n3 2 8:2 / /srv/disk ro,nosuid,nodev - ext4 y rw\n`),
      OWN,
      FILES,
    );
  expect([beneath('ext4'), beneath('autofs')]).toEqual([['/srv/disk'], []]);
});

test('below a directory in which those of an access list may rename', () => {
  const files = fakeFiles({ '/srv/disk': 'directory' }, { '/srv': { mode: 0o775 } });
  const table = '36 35 8:1 / /srv/disk rw - ext4 /dev/sda1 rw\n';
  expect(exposedMounts(mountsIn(table), OWN, files)).toEqual(['/srv/disk']);
});
