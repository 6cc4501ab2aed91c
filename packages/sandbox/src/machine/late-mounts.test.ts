import { expect, test } from 'vitest';
import { mountsIn } from '../mounts/mount-table.js';
import { takesOverMounts } from './late-mounts.js';

const PRIVATE = '25 1 252:0 / / rw,relatime - ext4 /dev/root rw';

test.each<[string, string, boolean]>([
  ['that nobody shares', PRIVATE, false],
  ['that is shared, as systemd makes it', '25 1 252:0 / / rw,relatime shared:1 - ext4 /dev/root rw', true],
  ['that gets what another one gets', '25 1 252:0 / / rw,relatime master:1 - ext4 /dev/root rw', true],
  [
    'of which one alone is shared',
    `${PRIVATE}\n26 25 0:5 / /dev rw shared:2 master:1 - devtmpfs none rw`,
    true,
  ],
  ['with a name like that', '25 1 252:0 / /shared:1 rw - ext4 /dev/root rw', false],
])('a mount table %s', (_, table, takesOver) => {
  expect(takesOverMounts(mountsIn(table))).toBe(takesOver);
});
