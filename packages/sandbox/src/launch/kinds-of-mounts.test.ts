import { expect, test } from 'vitest';
import { coveredKernelMounts, strayKernelMounts } from './kinds-of-mounts.js';
import { mountsIn } from './mount-table.js';

const TABLE = [
  '1 0 8:1 / / rw - ext4 /dev/sda1 rw',
  '2 1 0:5 / /proc rw - proc proc rw',
  '3 1 0:6 / /sys/fs/cgroup rw - cgroup2 cgroup rw',
  '4 1 0:7 / /srv/root/proc rw - proc none rw',
  '5 1 0:5 /sys /srv/settings rw - proc proc rw',
  '6 1 0:8 / /srv/disk rw - proc-like none rw',
  '7 1 0:9 / /mnt/old rw - sysfs none rw',
  '8 7 8:2 / /mnt/old rw - ext4 /dev/sdb1 rw',
  '9 1 0:10 / /srv/root/dev rw - devtmpfs none rw',
  '10 9 0:11 / /srv/root/dev/pts rw - devpts none rw',
  '11 10 0:12 / /srv/root/dev/pts rw - devpts none rw',
];

test('what the kernel shows elsewhere is known by its kind, and whether it is covered and not below what is hidden', () => {
  const mounts = mountsIn(TABLE.map((line) => `${line}\n`).join(''));
  const paths = [strayKernelMounts(mounts), coveredKernelMounts(mounts)].map((all) =>
    all.map(({ path }) => path),
  );
  expect(paths).toEqual([
    ['/srv/root/proc', '/srv/settings', '/srv/root/dev', '/srv/root/dev/pts'],
    ['/mnt/old'],
  ]);
});
