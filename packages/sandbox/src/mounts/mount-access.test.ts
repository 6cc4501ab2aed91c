import { describe, expect, test } from 'vitest';
import { leftOpen, mountsToOpen, withOpened, wrongAccess } from './mount-access.js';
import type { MountStep } from './mount-step.js';
import { mountsIn } from './mount-table.js';

const bind = (path: string, access: 'read' | 'write'): MountStep => ({
  kind: 'bind',
  path,
  access,
  identity: undefined,
});

/**
 * Each line is the id of a mount, that of the one below, where it is, and its options, of which `ro` stands for all that closes it; that
 * of something else than the disk has its device behind that, and its kind.
 */
function table(...lines: readonly string[]): string {
  return lines
    .map((line) => {
      const [id = '', parent = '', path = '', options = '', device = '8:1', kind = 'ext4'] = line.split(' ');
      const words = options.replace('ro', 'ro,nosuid,nodev');
      return `${id} ${parent} ${device} / ${path} ${words},relatime shared:1 - ${kind} /dev/root rw\n`;
    })
    .join('');
}

const OUTSIDE = table('1 0 / rw', '2 1 /ws/disk rw', '3 1 /ws/cd ro', '4 1 /ws/key/disk rw', '5 1 /srv rw');

const STEPS: readonly MountStep[] = [
  bind('/', 'read'),
  { kind: 'privateDevices' },
  { kind: 'privateProcesses' },
  { kind: 'sealHost' },
  { kind: 'emptyDirectory', path: '/ws/a', mode: '755' },
  bind('/ws', 'write'),
  bind('/ws/a/hooks', 'read'),
  bind('/ws/a/hooks/out', 'write'),
  { kind: 'unreadableFile', path: '/ws/.env' },
  { kind: 'emptyDirectory', path: '/ws/key', mode: '000' },
  { kind: 'makeReadOnly', path: '/ws/key' },
];

/** What bubblewrap makes of it. */
const INSIDE = [
  '10 9 / ro',
  '11 10 /ws/disk ro',
  '12 10 /srv ro',
  '13 10 /dev rw',
  '14 10 /proc rw',
  '15 14 /proc/1 ro',
  '16 10 /ws/a rw 0:50',
  '17 10 /ws ro,noexec',
  '18 17 /ws/disk ro,noexec',
  '19 17 /ws/cd ro',
  '20 17 /ws/key/disk ro',
  '21 17 /ws/a/hooks ro',
  '22 21 /ws/a/hooks/out ro',
  '23 17 /ws/.env ro',
  '24 17 /ws/key ro',
];

const wrongIn = (lines: readonly string[], steps = STEPS): string | undefined =>
  wrongAccess(steps, mountsIn(OUTSIDE), mountsIn(table(...lines)), (path) => path.startsWith('/closed/'));

const changed = (from: string, to: string): readonly string[] =>
  INSIDE.map((line) => (line === from ? to : line));

describe('what can be written before all is in place', () => {
  test('is what every sandbox has for itself', () => {
    expect(wrongIn(INSIDE)).toBeUndefined();
  });

  test.each([
    ['what may be read', '21 17 /ws/a/hooks ro', '21 17 /ws/a/hooks rw', '/ws/a/hooks'],
    ['what is only opened later', '17 10 /ws ro,noexec', '17 10 /ws rw,nosuid,nodev,noexec', '/ws'],
    ['what has devices', '21 17 /ws/a/hooks ro', '21 17 /ws/a/hooks r,nosuid', '/ws/a/hooks'],
    ['what is denied', '24 17 /ws/key ro', '24 17 /ws/key rw', '/ws/key'],
    ['a denied file', '23 17 /ws/.env ro', '23 17 /ws/.env rw', '/ws/.env'],
  ])('is not %s', (_, from, to, path) => {
    expect(wrongIn(changed(from, to))).toBe(path);
  });

  test('is nothing less: a name led from what was to be closed to what is the own of a sandbox', () => {
    expect(wrongIn(changed('13 10 /dev rw', '13 10 /dev ro'))).toBe('/dev');
    expect(
      wrongIn(changed('13 10 /dev rw', '13 10 /dev ro'), [...STEPS, { kind: 'makeReadOnly', path: '/dev' }]),
    ).toBe(undefined);
  });

  test('is nothing that the host has mounted below, but what nobody gets to', () => {
    expect(wrongIn([...INSIDE, '25 12 /srv/disk rw'])).toBe('/srv/disk');
    expect(wrongIn(changed('18 17 /ws/disk ro,noexec', '18 17 /ws/disk rw,noexec'))).toBe('/ws/disk');
    expect(wrongIn([...INSIDE, '25 10 /closed/disk rw', '26 13 /dev/pts rw'])).toBeUndefined();
    expect(wrongIn([...INSIDE, '25 10 /srv/pin rw 0:51'])).toBeUndefined();
  });

  test('is nothing that is covered, for that may be taken away', () => {
    expect(wrongIn([...INSIDE, '25 11 /ws/disk/below rw'])).toBe('/ws/disk/below');
  });

  test('is covered by nothing: a mount went where it hides another one', () => {
    expect(wrongIn([...INSIDE, '25 17 /ws/a ro'])).toBe('/ws/a/hooks');
  });
});

test('what is left open of the host is also what is covered, but nothing in trees of the kernel', () => {
  const there = table(
    ...['1 0 / rw', '2 1 /newroot rw', '3 2 /newroot/home/m rw'],
    ...['6 1 /oldroot rw', '7 6 /oldroot/home/m rw', '8 6 /oldroot ro'],
    ...['9 8 /oldroot/home/m ro', '10 8 /oldroot/srv rw', '11 8 /oldroot/sys/fs rw'],
    ...['12 9 /oldroot/home/m/n rw', '13 8 /oldroot/home ro', '14 8 /oldroot/cd r,nosuid'],
    ...['15 8 /oldroot/net rw 0:60 autofs', '16 15 /oldroot/net ro'],
  );
  expect(leftOpen(mountsIn(there)).map(({ id, path }) => `${id} ${path}`)).toEqual([
    '10 /oldroot/srv',
    '14 /oldroot/cd',
    '12 /oldroot/home/m/n',
  ]);
});

describe('what is opened when all is in place', () => {
  const opened = (
    steps: readonly MountStep[],
    inside: readonly string[],
    outside = OUTSIDE,
  ): readonly string[] =>
    mountsToOpen(steps, mountsIn(outside), mountsIn(table(...inside))).map(({ id, path }) => `${id} ${path}`);

  test('is what may be written, with what is mounted on the host below, where that can be written', () => {
    expect(opened(STEPS, INSIDE)).toEqual(['17 /ws', '18 /ws/disk', '22 /ws/a/hooks/out']);
  });

  test('is nothing of what the host has closed', () => {
    expect(opened(STEPS, INSIDE, table('1 0 / rw', '2 1 /ws ro'))).toEqual([]);
  });

  test('is nothing where nothing may be written', () => {
    expect(opened([bind('/', 'read')], INSIDE)).toEqual([]);
  });

  test('is the root of all, but for what is closed in it', () => {
    const steps = [bind('/', 'write'), bind('/', 'write'), bind('/sys', 'read'), bind('/ws/.git', 'read')];
    const inside = ['10 9 / ro', '11 10 /sys ro', '12 11 /sys/fs ro', '13 10 /srv ro', '14 10 /ws/.git ro'];
    const outside = table('1 0 / rw', '2 1 /sys rw', '3 2 /sys/fs rw', '4 1 /srv rw');
    expect(opened(steps, inside, outside)).toEqual(['10 /', '13 /srv']);
  });

  test('is all that changes in the table', () => {
    const inside = mountsIn(table(...INSIDE));
    const after = withOpened(inside, mountsToOpen(STEPS, mountsIn(OUTSIDE), inside));
    const lines = INSIDE.map((line) =>
      ['17', '18', '22'].includes(line.slice(0, 2)) ? line.replace(' ro', ' rw,nosuid,nodev') : line,
    );
    expect(after).toEqual(mountsIn(table(...lines)));
  });
});
