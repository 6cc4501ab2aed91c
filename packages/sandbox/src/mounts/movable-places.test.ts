import { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { isWithin } from '../files/paths.js';
import { fakeFiles } from '../files/testing/fake-files.js';
import { MAX_KEPT_MOUNTS, MAX_PINNED_DEPTH } from '../limits.js';
import { policyOf } from '../policy/testing/rules.js';
import { mountsIn } from './mount-table.js';
import { type MovablePlaces, movablePlaces } from './movable-places.js';

const FILES = fakeFiles({
  '/ws/a/b/disk': 'directory',
  '/ws/net/below/disk': 'directory',
  '/ws/shut': 'shut',
  '/ws/again/b': 'directory',
  '/srv/a/disk': 'directory',
});

/** Each line is a device, what of it is shown and where, its kind and options, of a machine where this user is 1001. */
function movable(rules: readonly string[], lines: readonly string[], files = FILES): MovablePlaces {
  const all = ['8:1 / / ext4', ...lines].map((line) => line.split(' '));
  const holderOf = (path: string, at: number): number =>
    all.findLastIndex(([, , above = ''], other) => other < at && isWithin(path, above)) + 1;
  const table = all.map(
    ([device = '', root = '', path = '', kind = 'ext4', options = 'rw'], at) =>
      `${at + 1} ${holderOf(path, at)} ${device} ${root} ${path} rw - ${kind} x ${options}\n`,
  );
  return movablePlaces(policyOf(rules).rules, mountsIn(table.join('')), { uid: 1001 }, files);
}

test('what is mounted further down in what may be written could be moved', () => {
  const disks = ['8:2 / /ws/a/b/disk', '8:3 / /ws/top', '8:5 / /srv/a/disk'];
  expect([movable(['read /', 'write /ws'], disks), movable(['write /'], disks)]).toEqual([
    { kept: ['/ws/a/b/disk'], left: 0, shut: [] },
    { kept: [], left: 0, shut: [] },
  ]);
});

test('so could what is mounted in a directory that is shown there as well', () => {
  const lines = ['8:2 / /srv/a/b/disk', '8:1 /srv/a /ws/again'];
  expect(movable(['read /', 'write /ws'], lines)).toEqual({
    kept: ['/ws/again/b/disk'],
    left: 0,
    shut: [],
  });
});

test('a look that fails is told', () => {
  const noTime = new ExecError('limitExceeded', 'no time left');
  const look = (): never => {
    throw noTime;
  };
  expect(() => movable(['read /', 'write /ws'], ['8:2 / /ws/a/disk'], { ...FILES, look })).toThrow(noTime);
});

test.each(['nfs4', 'virtiofs', 'fuse.sshfs rw,user_id=0', 'fuse.sshfs rw,user_id=1001'])(
  'so could what is mounted in something that others answer for (%s), where that may be written',
  (kind) => {
    const disk = '8:2 / /ws/a/b/disk';
    const seen = [`0:50 / /ws/a ${kind}`, `0:50 / /ws ${kind}`].map((line) =>
      movable(['read /', 'write /ws'], [line, disk]),
    );
    const kept = { kept: ['/ws/a/b/disk'], left: 0, shut: [] };
    expect(seen).toEqual([kept, kept]);
  },
);

test('another user is not asked, unless for the root itself', () => {
  const asked: string[] = [];
  const files = {
    ...FILES,
    look(path: string) {
      asked.push(path);
      return FILES.look(path);
    },
  };
  const places = ['/ws/a', '/ws'].map((place) => {
    const lines = [`0:50 / ${place} fuse.sshfs rw,user_id=1002`, '8:2 / /ws/a/b/disk'];
    return movable(['read /', 'write /ws'], lines, files).kept;
  });
  expect([places, asked]).toEqual([[[], ['/ws/a/b/disk']], ['/ws/a/b']]);
});

test('what lies below a directory that this user has shut stays as it is, for a command could open it; what others have shut is theirs', () => {
  const files = fakeFiles({ '/ws/shut': 'shut', '/ws/closed': 'shutByOthers' });
  const disks = ['8:4 / /ws/shut/in/disk', '8:5 / /ws/closed/in/disk'];
  const { shut, ...places } = movable(['read /', 'write /ws'], disks, files);
  expect(places).toEqual({ kept: [], left: 0 });
  expect(shut.map(({ path, access }) => [path, access])).toEqual([['/ws/shut', 'read']]);
});

test('of very many, and of those far down, some can be moved, and it is told how many', () => {
  const deep = `/ws${'/d'.repeat(MAX_PINNED_DEPTH)}`;
  const files = fakeFiles({ '/ws/many': 'directory', [deep]: 'directory' });
  const many = Array.from({ length: MAX_KEPT_MOUNTS + 2 }, (_, at) => `9:${at} / /ws/many/${at}`);
  const { kept, left } = movable(['read /', 'write /ws'], [`8:2 / ${deep}/disk`, ...many], files);
  expect([kept.length, left]).toEqual([MAX_KEPT_MOUNTS, 3]);
});
