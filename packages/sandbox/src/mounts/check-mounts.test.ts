import { describe, expect, test } from 'vitest';
import { misplacedMount } from './check-mounts.js';
import type { MountStep } from './mount-step.js';
import { mountsIn } from './mount-table.js';

/** A line of a mount table: what is shown, and where. No two mounts are told to lie upon each other. */
function line(source: string, path: string): string {
  const [device = '', root = '', kind = 'ext4'] = source.split(' ');
  const options = path === '/dev' || path === '/proc' ? 'rw' : 'ro,nosuid,nodev';
  return `${path} above${path} ${device} ${root} ${path} ${options},noatime - ${kind} /dev/root rw\n`;
}

const HOST: Readonly<Record<string, string>> = {
  '/': '8:1 /',
  '/home': '8:2 /@home',
  '/home/me/disk': '8:3 /',
};
const outside = mountsOf(Object.entries(HOST).map(([path, source]) => [source, path]));

const STEPS: readonly MountStep[] = [
  { kind: 'sealHost' },
  { kind: 'bind', path: '/', access: 'read', identity: undefined },
  { kind: 'privateDevices' },
  { kind: 'privateProcesses' },
  { kind: 'emptyDirectory', path: '/home/me/ws/.git', mode: '755' },
  { kind: 'bind', path: '/home/me', access: 'write', identity: { device: 2, inode: 3 } },
  { kind: 'bind', path: '/home/me/ws/.git/my hooks', access: 'read', identity: { device: 2, inode: 4 } },
  { kind: 'makeReadOnly', path: '/home/me/ws/.git' },
];

/** What bubblewrap makes of it. */
const INSIDE: readonly (readonly [source: string, path: string])[] = [
  ['8:1 /', '/'],
  ['8:2 /@home', '/home'],
  ['8:3 /', '/home/me/disk'],
  ['0:40 /', '/dev'],
  ['0:6 /null', '/dev/null'],
  ['0:41 /', '/proc'],
  ['0:41 /sys', '/proc/sys'],
  ['0:42 /', '/proc/1'],
  ['0:43 /', '/home/me/ws/.git'],
  ['8:2 /@home/me', '/home/me'],
  ['8:3 /', '/home/me/disk'],
  ['8:2 /@home/me/ws/.git/my\\040hooks', '/home/me/ws/.git/my\\040hooks'],
];

function mountsOf(mounts: readonly (readonly [string, string])[]): ReturnType<typeof mountsIn> {
  return mountsIn(mounts.map(([source, path]) => line(source, path)).join(''));
}

function check(...inside: readonly (readonly [string, string])[]): string | undefined {
  return misplacedMount(STEPS, outside, mountsOf(inside), () => false);
}

const without = (index: number): readonly (readonly [string, string])[] =>
  INSIDE.filter((_, at) => at !== index);

describe('what a sandbox has mounted', () => {
  test('is as planned with all of it, and with what the host has mounted below', () => {
    expect(check(...INSIDE)).toBeUndefined();
  });

  test.each([0, 3, 5, 8, 9, 11])('lacks something without mount %d', (index) => {
    const path = (INSIDE[index] as readonly [string, string])[1].replace('\\040', ' ');
    expect(check(...without(index))).toBe(path);
  });

  test.each([
    ['where nothing is planned', '8:1 /x', '/etc'],
    ['on a mount of the host', '8:1 /x', '/home'],
    ['once more where the host has one in two that are planned', '8:1 /x', '/home/me/disk'],
    ['once more where one is planned', '8:1 /x', '/home/me'],
    ['on a device', '8:1 /x', '/dev/null'],
  ])('has one more %s', (_, source, path) => {
    expect(check(...INSIDE, [source, path])).toBe(path);
  });

  test.each([
    ['another directory', '8:2 /@home/other'],
    ['that of another file system', '8:1 /@home/me'],
    ['one that has been removed', '8:2 /@home/me//deleted'],
  ])('shows %s', (_, source) => {
    expect(check(...without(9), [source, '/home/me'])).toBe('/home/me');
  });

  test('may show any directory of a file system that does not tell which', () => {
    const steps: readonly MountStep[] = [
      { kind: 'bind', path: '/', access: 'read', identity: undefined },
      { kind: 'bind', path: '/home/me/ws', access: 'write', identity: { device: 1, inode: 2 } },
    ];
    const checkWith = (kind: string, device = '0:50'): string | undefined =>
      misplacedMount(
        steps,
        mountsOf([
          ['8:1 /', '/'],
          [`0:50 / ${kind}`, '/home'],
        ]),
        mountsOf([
          ['8:1 /', '/'],
          [`0:50 / ${kind}`, '/home'],
          [`${device} / ${kind}`, '/home/me/ws'],
        ]),
        () => false,
      );
    expect([checkWith('nfs4'), checkWith('nfs4', '0:51'), checkWith('ext4')]).toEqual([
      undefined,
      '/home/me/ws',
      '/home/me/ws',
    ]);
  });

  test('shows nothing of the kernel but in trees of its own', () => {
    const host = [...outside, ...mountsOf([['0:5 / proc', '/srv/proc']])];
    const inside = mountsOf([...INSIDE, ['0:5 / proc', '/srv/proc']]);
    const checkWith = (isOutOfReach: boolean): string | undefined =>
      misplacedMount(STEPS, host, inside, () => isOutOfReach);
    expect([checkWith(false), checkWith(true)]).toEqual(['/srv/proc', undefined]);
  });

  test('has one root, however often that is mounted', () => {
    const base: MountStep = { kind: 'bind', path: '/', access: 'write', identity: undefined };
    const inside = INSIDE.filter(([, path]) => !path.startsWith('/home/me/ws') && path !== '/home/me');
    expect(
      misplacedMount([base, base, ...STEPS.slice(2, 4)], outside, mountsOf(inside), () => false),
    ).toBeUndefined();
  });
});
