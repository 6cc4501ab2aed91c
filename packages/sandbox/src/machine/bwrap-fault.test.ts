import { expect, test } from 'vitest';
import { explainFault, hasLostPath, whyNotRun } from './bwrap-fault.js';

test.each([
  ['bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted', /AppArmor/],
  ['bwrap: setting up uid map: Permission denied', /AppArmor/],
  ['bwrap: Creating new namespace failed: Operation not permitted', /grant SYS_ADMIN/],
  ["bwrap: Can't mount proc on /newroot/proc: Operation not permitted", /unmasked \/proc/],
  ['bwrap: Failed to make / slave: Permission denied', /real mount/],
  ['bwrap: Unknown option --bind-fd', /install 0\.10 or newer/],
  ['bwrap: something else', /^bubblewrap does not work here: bwrap: something else$/],
])('%s has a remedy', (complaint, remedy) => {
  expect(explainFault(`${complaint}\n`)).toMatch(remedy);
  expect(explainFault(complaint)).toContain(complaint);
});

test.each([
  { isFiltered: false, areAllowed: false, why: 'this host forbids user namespaces; allow them' },
  { isFiltered: true, areAllowed: false, why: 'this host forbids user namespaces; allow them' },
  { isFiltered: true, areAllowed: true, why: 'this runs in a sandbox already, or in a container' },
  { isFiltered: false, areAllowed: true, why: 'the kernel lets this process make no user namespace' },
])('what forbids namespaces is named: $why', ({ why, ...settings }) => {
  const complaint = 'bwrap: No permissions to create new namespace, likely because…';
  expect(explainFault(complaint, () => settings)).toMatch(new RegExp(`^${why}.*\\(${complaint}\\)$`));
});

test.each([
  ['bwrap: execvp /ws/run: No such file or directory\n', 'ENOENT'],
  ['bwrap: execvp ./a: b: Permission denied\r\n', 'EACCES'],
  ['bwrap: execvp /ws/odd\nname: Exec format error\n', 'ENOEXEC'],
  ['bwrap: execvp /ws/run: Something new\n', 'Something new'],
  ["bwrap: Can't chdir to /ws: No such file or directory\n", undefined],
  ['', undefined],
])('%j says why a command was not run', (complaint, why) => {
  expect(whyNotRun(complaint)).toBe(why);
});

test.each([
  ["bwrap: Can't find source path /proc/self/fd/19: No such file or directory\n", true],
  ["bwrap: Can't create file at /ws/r/.git/config: Not a directory\r\n", true],
  ["bwrap: Can't mkdir parents for /ws/r/.git: Read-only file system\n", true],
  [
    'bwrap: Can\'t bind mount /oldroot/ws/r on /newroot/ws/r: Unable to find "/newroot/ws/r" in mount table\n',
    true,
  ],
  ["bwrap: Can't mkdir parents for /ws/odd\nname/.git: Read-only file system\n", true],
  ["bwrap: Can't create file at /ws/odd\nname/.git/config: Not a directory\n", true],
  [
    'bwrap: Can\'t bind mount /oldroot/ws/a\nb on /newroot/ws/a\nb: Unable to find "/newroot/ws/a\nb" in mount table\n',
    true,
  ],
  ["bwrap: Can't mkdir /ws/r: Read-only file system", true],
  ["bwrap: Can't create file at /ws/r/.git/config: Permission denied", true],
  ["bwrap: Can't find source path /proc/self/fd/8: Permission denied", true],
  [
    'bwrap: Can\'t remount readonly on /newroot/ws/r: Unable to apply mount flags: remount "/newroot/ws/r": Invalid argument',
    true,
  ],
  ["bwrap: Can't create file at /ws/r/.git/config: Is a directory", true],
  ["bwrap: Can't mkdir /ws/r/.git: File exists", true],
  ["bwrap: Can't find source path /ws/r/.git: Too many levels of symbolic links", true],
  [
    'bwrap: Can\'t bind mount /oldroot/ws/r on /newroot/ws/r: Unable to remount destination "/newroot/ws/r" with correct flags: Invalid argument',
    true,
  ],
  ['bwrap: Race condition binding dirfd: Invalid argument', true],
  ['bwrap: Race condition binding dirfd', true],
  ['bwrap: Can\'t remount readonly on /newroot/ws/k: Unable to find "/newroot/ws/k" in mount table', true],
  ["bwrap: Can't bind mount /oldroot/ws on /newroot/ws: Permission denied", false],
  ["bwrap: Can't chdir to /ws: No such file or directory", false],
  ['bwrap: execvp /ws/run: No such file or directory', false],
])('%j says whether something went away: %s', (complaint, isLost) => {
  expect(hasLostPath(complaint)).toBe(isLost);
});
