import { expect, test } from 'vitest';
import type { MountStep } from './mount-step.js';
import { hasMountsOf } from './mounts-in-place.js';

const line = (path: string): string => `36 35 98:0 /mnt1 ${path} rw,noatime master:1 - ext3 /dev/root rw\n`;
const table = (...paths: readonly string[]): string => paths.map(line).join('');

const STEPS: readonly MountStep[] = [
  { kind: 'bind', path: '/', access: 'read', identity: undefined },
  { kind: 'emptyDirectory', path: '/w/a', mode: '755' },
  { kind: 'privateDevices' },
  { kind: 'privateProcesses' },
  { kind: 'bind', path: '/w', access: 'write', identity: { device: 1, inode: 2 } },
  { kind: 'unreadableFile', path: '/w/a/my key\\' },
  { kind: 'emptyDirectory', path: '/w/a', mode: '000' },
  { kind: 'link', path: '/bin', target: 'usr/bin' },
  { kind: 'makeReadOnly', path: '/w/a' },
];
const WHOLE = ['/', '/dev', '/dev/null', '/proc', '/w', '/w/a', '/w/a', '/w/a/my\\040key\\134'];

test('a sandbox is whole with every mount of its plan, as often as it was planned', () => {
  expect(hasMountsOf(STEPS, table(...WHOLE))).toBe(true);
  const needed = WHOLE.filter((path) => path !== '/dev/null');
  expect(needed.filter((path) => hasMountsOf(STEPS, table(...without(WHOLE, path))))).toEqual([]);
});

test('a mount that went along with what it lies upon does not stand where it was planned', () => {
  expect(hasMountsOf(STEPS, table(...without(WHOLE, '/w'), '/w.old'))).toBe(false);
  expect(hasMountsOf(STEPS, table(...without(WHOLE, '/w'), '/w//deleted'))).toBe(false);
});

test('everything of the host, with what every sandbox has for itself', () => {
  const steps: readonly MountStep[] = [{ kind: 'bindEverything' }, { kind: 'privateProcesses' }];
  expect([hasMountsOf(steps, table('/', '/proc')), hasMountsOf(steps, table('/'))]).toEqual([true, false]);
});

/** Without one of several of the same name. */
function without(paths: readonly string[], path: string): readonly string[] {
  const at = paths.indexOf(path);
  return paths.filter((_, index) => index !== at);
}
