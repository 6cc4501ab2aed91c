import { ExecError } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { isWithin } from '../files/paths.js';
import { fakeFiles } from '../files/testing/fake-files.js';
import { MAX_ALIASES } from '../limits.js';
import type { PathRule } from '../policy/path-rule.js';
import { linesOf, policyOf } from '../policy/testing/rules.js';
import { AliasedDenials } from './aliased-denials.js';
import { mountsIn } from './mount-table.js';
import { mountedAt } from './testing/mounted.js';
import { withoutUnasked } from './unasked-mounts.js';

const FILES = fakeFiles({
  '/home/me/.ssh': 'directory',
  '/home/me/file': { text: '' },
  '/export/me/.ssh': 'directory',
  '/export/me/file': { text: '' },
  '/mnt/keys': 'directory',
  '/mnt/other': 'directory',
  '/mnt/me/.ssh': 'directory',
  '/mnt/file': { text: '' },
  '/nfs/export/me/.ssh': 'directory',
  '/srv/shut': 'shutByOthers',
  '/srv/own': 'shut',
});

function rulesOn(mounts: readonly string[], rules: readonly string[], files = FILES): readonly PathRule[] {
  const there = mountedAt(mounts);
  const { rules: asked } = policyOf(rules);
  const careful = withoutUnasked(files, there, asked);
  return new AliasedDenials(there, files, careful).addTo(asked);
}

function mounted(rules: readonly string[], mounts: readonly string[], files = FILES): readonly string[] {
  return linesOf(rulesOn(mounts, rules, files));
}

/** Each line is what is shown, as the path within the one disk, and where; behind that, upon which line if not the root. */
function aliased(rules: readonly string[], ...binds: readonly string[]): readonly string[] {
  const lines = ['/ /', ...binds].map((bind, at) => {
    const [root = '', path = '', upon = at === 0 ? '0' : '1'] = bind.split(' ');
    return `${at + 1} ${upon} 8:1 ${root} ${path} rw - ext4 /dev/sda1 rw\n`;
  });
  return linesOf(new AliasedDenials(mountsIn(lines.join('')), FILES, FILES).addTo(policyOf(rules).rules));
}

test('what is denied is denied where it is mounted as well, and what holds it', () => {
  expect(
    aliased(
      ['read /', 'deny /home/me/.ssh', 'deny /home/me/file'],
      '/home /export',
      '/home/me/.ssh /mnt/keys',
    ),
  ).toEqual([
    'read /',
    'deny /export/me/.ssh',
    'deny /export/me/file',
    'deny /home/me/.ssh',
    'deny /home/me/file',
    'deny /mnt/keys',
  ]);
});

test('so is a part of it that is mounted, and the other way round', () => {
  expect(aliased(['read /', 'deny /home'], '/home/me/.ssh /mnt/keys')).toEqual([
    'read /',
    'deny /home',
    'deny /mnt/keys',
  ]);
  expect(aliased(['read /', 'deny /mnt/keys'], '/home/me/.ssh /mnt/keys')).toEqual([
    'read /',
    'deny /home/me/.ssh',
    'deny /mnt/keys',
  ]);
});

test('so is what is mounted below it, and at another place', () => {
  expect(mounted(['read /', 'deny /home'], ['8:2 / /home', '8:3 / /home/me', '8:3 / /mnt/other'])).toEqual([
    'read /',
    'deny /home',
    'deny /mnt/other',
  ]);
});

test('so is what others answer for, that the denial has asked already', () => {
  const shares = ['0:50 / /home fuse.sshfs', '0:50 / /mnt fuse.sshfs'];
  expect(mounted(['read /', 'deny /home/me/.ssh', 'deny /home/file'], shares)).toEqual([
    'read /',
    'deny /home/file',
    'deny /home/me/.ssh',
    'deny /mnt/file',
    'deny /mnt/me/.ssh',
  ]);
});

test('and what may never answer is denied without a look', () => {
  const files = {
    ...FILES,
    look(path: string) {
      if (isWithin(path, '/mnt')) throw new Error(`${path} was looked at`);
      return FILES.look(path);
    },
  };
  const shares = ['0:50 / /home/me fuse.sshfs', '0:50 / /mnt fuse.sshfs'];
  const behind = ['0:51 / /mnt fuse.sshfs', '8:1 /home /mnt/other'];
  expect([
    mounted(['read /', 'deny /home'], shares, files),
    mounted(['read /', 'deny /home/file'], behind, files),
  ]).toEqual([
    ['read /', 'deny /home', 'deny /mnt'],
    ['read /', 'deny /home/file', 'deny /mnt/other/file'],
  ]);
});

test('it is denied as the file or the directory that it is', () => {
  const share = '0:50 / /home fuse.sshfs';
  const behind = ['0:51 / /mnt fuse.sshfs', '8:1 /home /mnt/other'];
  const kinds = [
    rulesOn([share, '0:50 /file /mnt/file fuse.sshfs'], ['write /', 'deny /home']),
    rulesOn(behind, ['write /', 'deny /home/file']),
  ];
  expect(kinds.map((rules) => rules.slice(2).map(({ path, kind }) => [path, kind]))).toEqual([
    [['/mnt/file', 'file']],
    [['/mnt/other/file', 'file']],
  ]);
});

describe('an overlay', () => {
  const files = fakeFiles({
    '/data/one/key': { text: '' },
    '/data/two/key': { text: '' },
    '/data/up/new': { text: '' },
    '/data/linked': { link: 'one' },
    '/data/linked/key': { text: '' },
    '/key': { text: '' },
    '/view/one/key': { text: '' },
    '/data/shut': 'shut',
    '/view/key': { text: '' },
    '/view/new': { text: '' },
    '/again/key': { text: '' },
    '/again/new': { text: '' },
    '/bound/key': { text: '' },
  });
  const view = '0:40 / /view overlay x rw,lowerdir=/data/one:/data/two,upperdir=/data/up,workdir=/data/w';
  const denied = (path: string, ...mounts: readonly string[]): readonly string[] =>
    mounted(['read /', `deny ${path}`], mounts, files).filter((line) => line !== 'read /');

  test('shows what is denied in one of its layers, and so does what has that as a layer', () => {
    const again = '0:41 / /again overlay x rw,lowerdir=/view';
    expect([denied('/data/one/key', view, again), denied('/data/up', view)]).toEqual([
      ['deny /again/key', 'deny /data/one/key', 'deny /view/key'],
      ['deny /data/up', 'deny /view'],
    ]);
  });

  test('shows what is denied further up, and what is mounted there', () => {
    expect([denied('/data', view), denied('/data', '8:2 / /data/one', view)]).toEqual([
      ['deny /data', 'deny /view'],
      ['deny /data', 'deny /view'],
    ]);
  });

  test('is denied in its layers, where they have it, and in others that have the same layer', () => {
    const again = '0:41 / /again overlay x rw,lowerdir=/data/one';
    const bound = '8:1 /data/two /bound';
    expect([denied('/view/key', view, again, bound), denied('/view/new', view, again)]).toEqual([
      ['deny /again/key', 'deny /bound/key', 'deny /data/one/key', 'deny /data/two/key', 'deny /view/key'],
      ['deny /data/up/new', 'deny /view/new'],
    ]);
  });

  test('is not denied in what lies above it', () => {
    const deep = view.replace('/view', '/home/me/view');
    expect(denied('/home/me', deep)).toEqual(['deny /home/me']);
  });

  test.each([
    ['of the root', ['0:40 / / overlay x rw,lowerdir=/data/one', '8:2 / /data']],
    ['with layers whose paths lead through links', ['0:40 / /view overlay x rw,lowerdir=/data/linked']],
    ['with layers of which nobody knows where they are', ['0:40 / /view overlay x rw,lowerdir=one:../up']],
    ['with a layer that it covers', ['0:40 / /view overlay x rw,lowerdir=/view/one']],
  ])('%s is taken to have none', (_, mounts) => {
    for (const path of ['/data/one/key', '/view/key', '/key'])
      expect(denied(path, ...mounts)).toEqual([`deny ${path}`]);
  });

  test('is denied with what this user has shut, for a command could open it', () => {
    expect(denied('/view/key', '0:40 / /view overlay x rw,lowerdir=/data/shut/a')).toEqual([
      'deny /data/shut',
      'deny /view/key',
    ]);
  });

  test('has layers that the kernel tells with backslashes and octal numbers', () => {
    const names = fakeFiles({
      '/data/a b,c:d\\e=f/file': { text: '' },
      '/data/p:q\\,r/file': { text: '' },
      '/data/up,s/file': { text: '' },
      '/view/file': { text: '' },
    });
    const told = [
      'lowerdir=/data/a\\040b\\134\\054c\\134:d\\134\\134e=f:/data/two,upperdir=/data/up\\134\\054s',
      'lowerdir+=/data/p:q\\134\\054r',
    ].map((options) =>
      mounted(['read /', 'deny /view/file'], [`0:40 / /view overlay x rw,${options}`], names).slice(1),
    );
    expect(told).toEqual([
      ['deny /data/a b,c:d\\e=f/file', 'deny /data/up,s/file', 'deny /view/file'],
      ['deny /data/p:q\\,r/file', 'deny /view/file'],
    ]);
  });
});

test('exports of a server are told apart by their names there', () => {
  const exports = [
    '0:50 / /home nfs4 host:/export/',
    '0:50 / /srv nfs4 host:/export/me/.ssh',
    '0:50 / /mnt nfs4 [fe80::1]:/export',
    '0:50 / /export/me nfs4 host:/export/you',
    '0:50 / /nfs nfs4 nameless',
  ];
  expect(mounted(['read /', 'deny /home/me/.ssh'], exports)).toEqual([
    'read /',
    'deny /home/me/.ssh',
    'deny /mnt/me/.ssh',
    'deny /srv',
  ]);
});

test('places that are denied anyway do not count for how many there may be', () => {
  const count = 200;
  const mounts = Array.from({ length: count }, (_, at) => `0:9 / /srv/root-${at}/proc proc`);
  const rules = mounts.map((_, at) => `deny /srv/root-${at}/proc`);
  expect(count ** 2).toBeGreaterThan(MAX_ALIASES);
  expect(mounted(['read /', ...rules], mounts)).toHaveLength(count + 1);
});

test('what nobody could deny for all its other places is refused', () => {
  const half = Math.ceil((MAX_ALIASES + 1) / 2);
  const most = Array.from({ length: half }, (_, at) => `deny /home/${at}`);
  const places = ['8:1 /home /mnt/one', '8:1 /home /mnt/two'];
  expect(() => mounted(['read /', ...most], places)).toThrow(
    new ExecError(
      'sandboxUnsupported',
      `rule /home/${half - 1}: what is denied up to here is mounted at more than ${MAX_ALIASES} other places; deny directories further up, or unmount some`,
    ),
  );
});

test('below a directory that this user has shut all of that is denied, for a command could open it', () => {
  expect(aliased(['read /', 'deny /home/me'], '/home /srv/own/a/home')).toEqual([
    'read /',
    'deny /home/me',
    'deny /srv/own',
  ]);
});

test.each([
  ['what a rule names', ['read /', 'deny /home', 'write /mnt/keys'], ['/home/me/.ssh /mnt/keys']],
  ['what is denied there anyway', ['deny /', 'read /usr', 'deny /home/me'], ['/home/me /mnt/keys']],
  ['other files of the same disk', ['read /', 'deny /home/me/.ssh'], ['/srv /mnt/other']],
  ['what another mount covers', ['read /', 'deny /home/me/.ssh'], ['/home /export', '/srv /export/me 2']],
  ['what this user does not get to', ['read /', 'deny /home/me'], ['/home /srv/shut/home']],
  ['what is mounted once', ['read /', 'deny /home/me/.ssh'], []],
])('that is not said of %s', (_, rules, binds) => {
  expect(aliased(rules, ...binds)).toEqual(rules);
});
