import { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { PlannedMounts } from './planned-mounts.js';

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
