import { expect, test } from 'vitest';
import { explainFault } from './bwrap-fault.js';

test.each([
  ['bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted', /AppArmor/],
  ['bwrap: setting up uid map: Permission denied', /AppArmor/],
  [
    'bwrap: No permissions to create new namespace, likely because…',
    /sysctl kernel\.unprivileged_userns_clone/,
  ],
  ['bwrap: Creating new namespace failed: Operation not permitted', /grant SYS_ADMIN/],
  ["bwrap: Can't mount proc on /newroot/proc: Operation not permitted", /unmasked \/proc/],
  ['bwrap: Failed to make / slave: Permission denied', /real mount/],
  ['bwrap: Unknown option --bind-fd', /install 0\.10 or newer/],
  ['bwrap: something else', /^bubblewrap does not work here: bwrap: something else$/],
])('%s has a remedy', (complaint, remedy) => {
  expect(explainFault(`${complaint}\n`)).toMatch(remedy);
  expect(explainFault(complaint)).toContain(complaint);
});
