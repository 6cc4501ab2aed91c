import { ExecError } from '@holdfast/exec-protocol';
import { expect, test, vi } from 'vitest';
import { StalePlan } from '../files/stale-plan.js';
import { readMountTable } from '../machine/read-mount-table.js';
import { findTreeCloser } from '../machine/tree-closer.js';
import { closeTree } from './close-tree.js';
import { PlannedMounts } from './planned-mounts.js';

vi.mock('./close-tree.js', { spy: true });
vi.mock('../machine/read-mount-table.js', { spy: true });
vi.mock('../machine/tree-closer.js', { spy: true });

const isRoot = process.geteuid?.() === 0;
const NOBODY = 65534;

test.runIf(process.platform === 'linux')(
  'a bubblewrap that this program may not look into is told of',
  () => {
    const opening = { nsenter: '/usr/bin/nsenter', mount: '/usr/bin/mount' };
    const planned = new PlannedMounts({ mounts: [], opening });
    const refused = new ExecError(
      'sandboxUnsupported',
      'sandbox: this program may not enter the namespaces of bubblewrap; use one that is not set-user-ID',
    );
    // To root nothing is closed; the first process of the machine is root's.
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      expect([planned.takeHold({ pid: 1, startTime: '' }), planned.isSealed(1)]).toEqual([refused, refused]);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
    expect([planned.takeHold({ pid: 2 ** 30, startTime: '' }), planned.isSealed(2 ** 30)]).toEqual([
      false,
      false,
    ]);
  },
);

function refusedToClose(remedy: string): ExecError {
  return new ExecError(
    'sandboxUnsupported',
    `sandbox: /srv/nowhere is mounted where bubblewrap cannot make it read-only, and nothing here can do it from outside; on Linux 5.12 or newer, ${remedy}`,
  );
}

const refusedCall = (complaint: string): ExecError =>
  refusedToClose(`let this program call mount_setattr, which was refused (${complaint})`);

test.each([
  ['without a program that closes it', undefined, refusedToClose('install perl or python3')],
  ['on an old kernel', 'Function not implemented', refusedCall('Function not implemented')],
  ['behind a filter', 'Operation not permitted', refusedCall('Operation not permitted')],
  ['this time', 'Out of memory', new StalePlan('/srv/nowhere (Out of memory)', 'could not be closed')],
])('what of the host stays open %s is told of as that', async (_, complaint, told) => {
  vi.mocked(readMountTable).mockReturnValue(
    '1 0 0:1 / /oldroot ro,nosuid,nodev - ext4 /dev/a rw\n2 1 0:2 / /oldroot/srv/nowhere rw - ext4 /dev/b rw\n',
  );
  vi.mocked(findTreeCloser).mockReturnValue(complaint === undefined ? undefined : ['perl']);
  vi.mocked(closeTree).mockResolvedValue(complaint ?? '');
  const opening = { nsenter: '/usr/bin/nsenter', mount: '/usr/bin/mount' };
  const planned = new PlannedMounts({ mounts: [], opening });
  expect(await planned.close({ pid: 1, startTime: '' })).toEqual(told);
});
