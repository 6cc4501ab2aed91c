import { expect, test } from 'vitest';
import { fakeFiles } from '../files/testing/fake-files.js';
import { mountsIn } from '../launch/mount-table.js';
import { linesOf, policyOf } from '../policy/testing/rules.js';
import { withAliasedDenials } from './aliased-denials.js';

const FILES = fakeFiles({
  '/home/me/.ssh': 'directory',
  '/home/me/file': { text: '' },
  '/export/me/.ssh': 'directory',
  '/export/me/file': { text: '' },
  '/mnt/keys': 'directory',
  '/mnt/other': 'directory',
});

/** Each line is what is shown, as the path within the one disk, and where; behind that, upon which line if not the root. */
function aliased(rules: readonly string[], ...binds: readonly string[]): readonly string[] {
  const lines = ['/ /', ...binds].map((bind, at) => {
    const [root = '', path = '', upon = at === 0 ? '0' : '1'] = bind.split(' ');
    return `${at + 1} ${upon} 8:1 ${root} ${path} rw - ext4 /dev/sda1 rw\n`;
  });
  return linesOf(withAliasedDenials(policyOf(rules).rules, mountsIn(lines.join('')), FILES));
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

test('exports of a server that do not tell what they show are not taken for one another', () => {
  const mounts = ['1 0 8:1 / /', '2 1 0:50 / /home', '3 1 0:50 / /mnt/other'];
  const table = mountsIn(mounts.map((line) => `${line} rw - nfs4 x rw\n`).join(''));
  const { rules } = policyOf(['read /', 'deny /home']);
  expect(withAliasedDenials(rules, table, FILES)).toEqual(rules);
});

test('so is what is mounted below it, and at another place', () => {
  const mounts = ['1 0 8:1 / /', '2 1 8:2 / /home', '3 2 8:3 / /home/me', '4 1 8:3 / /mnt/other'];
  const table = mountsIn(mounts.map((line) => `${line} rw - ext4 x rw\n`).join(''));
  const rules = withAliasedDenials(policyOf(['read /', 'deny /home']).rules, table, FILES);
  expect(linesOf(rules)).toEqual(['read /', 'deny /home', 'deny /mnt/other']);
});

test.each([
  ['what a rule names', ['read /', 'deny /home', 'write /mnt/keys'], ['/home/me/.ssh /mnt/keys']],
  ['what is denied there anyway', ['deny /', 'read /usr', 'deny /home/me'], ['/home/me /mnt/keys']],
  ['other files of the same disk', ['read /', 'deny /home/me/.ssh'], ['/srv /mnt/other']],
  ['what another mount covers', ['read /', 'deny /home/me/.ssh'], ['/home /export', '/srv /export/me 2']],
  ['what is mounted once', ['read /', 'deny /home/me/.ssh'], []],
])('that is not said of %s', (_, rules, binds) => {
  expect(aliased(rules, ...binds)).toEqual(rules);
});
