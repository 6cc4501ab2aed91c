import { expect, test } from 'vitest';
import { coveredKernelMounts, idleTriggers, strayKernelMounts } from './kinds-of-mounts.js';
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

test('what an automounter is asked for by names is known, unless something is mounted there', () => {
  const table = [
    '1 0 8:1 / / rw - ext4 /dev/sda1 rw',
    '2 1 0:40 / /net rw - autofs -hosts rw,fd=5,pgrp=1,minproto=5,maxproto=5,indirect,pipe_ino=9',
    '3 1 0:41 / /home rw - autofs auto.home rw,fd=5,pgrp=1,minproto=5,maxproto=5,indirect,pipe_ino=9',
    '4 3 0:42 / /home/u rw - nfs4 server:/u rw',
    '5 1 0:43 / /boot rw - autofs systemd-1 rw,fd=5,pgrp=1,minproto=5,maxproto=5,direct,pipe_ino=9',
    '6 1 0:44 / /misc rw - autofs auto.misc rw,fd=5,pgrp=1,minproto=5,maxproto=5,indirect,pipe_ino=9',
    '7 6 8:2 / /misc rw - ext4 /dev/sdb1 rw',
  ];
  const mounts = mountsIn(table.map((line) => `${line}\n`).join(''));
  expect(idleTriggers(mounts).map(({ path }) => path)).toEqual(['/net']);
});
