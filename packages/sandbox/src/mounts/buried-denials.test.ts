import { expect, test } from 'vitest';
import { policyOf } from '../policy/testing/rules.js';
import { buriedDenials } from './buried-denials.js';
import { mountedAt } from './testing/mounted.js';

const FUSE = 'fuse.x x rw,user_id=1001,group_id=1001';

function buried(mounts: readonly string[], rules = ['read /', 'deny /home/me/.ssh']): readonly string[] {
  const found = buriedDenials(policyOf(rules).rules, mountedAt(mounts));
  return found.map(({ rule, place }) => `${rule.path} at ${place}`);
}

test.each([
  ['below another mount', ['8:1 /home /srv/a/b', '0:9 / /srv/a tmpfs'], '/srv/a/b/me/.ssh'],
  ['as what holds it', ['8:1 /home/me/.ssh/keys /srv/a/b', '0:9 / /srv tmpfs'], '/srv/a/b'],
  [
    'below one that is covered itself',
    ['0:8 / /srv/a', '8:1 /home /srv/a/b/c', '0:9 / /srv/a/b', '0:10 / /srv'],
    '/srv/a/b/c/me/.ssh',
  ],
  ['at the place of what its user can unmount', ['8:1 /home /mnt', `0:9 / /mnt ${FUSE}`], '/mnt/me/.ssh'],
  ['below what its user can unmount', ['8:1 /home /mnt', `0:9 / /mnt/me ${FUSE}`], '/mnt/me/.ssh'],
])('what is covered %s could come to light', (_, mounts, place) => {
  expect(buried(mounts)).toEqual([`/home/me/.ssh at ${place}`]);
});

test.each([
  ['goes along with what covers it', ['8:1 /home /mnt', '0:9 / /mnt tmpfs']],
  ['lies upon what is covered at its very place', ['0:8 / /srv/a', '8:1 /home /srv/a/b', '0:9 / /srv/a']],
  [
    'is covered by what root has mounted',
    ['8:1 /home /mnt', '0:9 / /mnt/me fuse.x x rw,user_id=0,group_id=0'],
  ],
  ['lies in what is denied', ['8:1 /home/me/.ssh/a /home/me/.ssh/b/c', '0:9 / /home/me/.ssh/b tmpfs']],
  ['shows other files', ['8:1 /srv /mnt/a', '0:9 / /mnt tmpfs']],
])('but not where it %s', (_, mounts) => {
  expect(buried(mounts)).toEqual([]);
});
