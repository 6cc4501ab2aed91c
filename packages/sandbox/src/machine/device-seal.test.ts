import { execFile, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { mountsIn } from '../mounts/mount-table.js';
import { deviceSealFor, sealingWords } from './device-seal.js';

const ROOT = '25 1 252:0 / / rw,relatime shared:1 - ext4 /dev/root rw';
const DEV = '26 25 0:5 / /dev rw,nosuid,relatime shared:2 - devtmpfs udev rw';
const OTHERS = ['zero', 'full', 'random', 'urandom', 'tty'];

test('the mount that holds all nodes is closed once, and keeps its other flags', () => {
  const table = [ROOT, DEV, '27 26 0:6 / /dev/pts rw,noexec - devpts devpts rw', ''].join('\n');
  expect(sealingWords(mountsIn(table))).toEqual(['remount,bind,ro,nosuid,relatime', '/dev']);
});

test('of mounts at one place the last is closed, and nodes that are mounted themselves are, too', () => {
  const table = [
    ROOT,
    DEV,
    '28 26 0:7 / /dev ro,noexec,relatime - tmpfs tmpfs rw',
    '29 28 0:5 /null /dev/null rw,nosuid - devtmpfs udev rw',
  ];
  expect(sealingWords(mountsIn(table.join('\n')))).toEqual([
    ...['remount,bind,ro,nosuid', '/dev/null'],
    ...['remount,bind,ro,noexec,relatime', '/dev'],
  ]);
});

test('where the root holds the nodes, each gets a mount of its own', () => {
  const words = ['null', ...OTHERS].map((name) => `/dev/${name}`);
  expect(sealingWords(mountsIn(ROOT))).toEqual(
    words.flatMap((node) => ['bind', node, 'remount,bind,ro,relatime', node]),
  );
});

const never = new AbortController().signal;
const BWRAP = '/usr/bin/bwrap';

const isPossible =
  process.getuid?.() === 0 &&
  (await promisify(execFile)(BWRAP, ['--unshare-user', '--ro-bind', '/', '/', 'true']).then(
    () => true,
    () => false,
  ));

test('an ordinary user needs no seal, and nothing is tried that a command may replace', async () => {
  const tried = deviceSealFor(0, '/no/bwrap', (path) => path === '/bin/sh', never);
  expect([await deviceSealFor(1000, BWRAP, () => false, never), await tried]).toEqual([
    'needless',
    'impossible',
  ]);
});

test.skipIf(!isPossible)(
  'what is given the null device of the machine as a stream cannot change it, and uses it as ever',
  async () => {
    const starter = await deviceSealFor(0, BWRAP, () => false, never);
    if (typeof starter === 'string') throw new Error(starter);
    const [program, ...words] = starter;
    const mode = (statSync('/dev/null').mode & 0o777).toString(8);
    const script = `for n in 0 2; do chmod ${mode} /proc/self/fd/$n > /dev/null 2> /proc/$$/fd/1 || echo "refused $n"; done; cat; echo x >&2 && echo done`;
    const inside = [
      BWRAP,
      '--unshare-user',
      '--unshare-pid',
      '--ro-bind',
      '/',
      '/',
      '--dev',
      '/dev',
      '--proc',
      '/proc',
    ];
    const child = spawn(program, [...words, ...inside, '/bin/sh', '-c', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect((await text(child.stdout)).split('\n').filter((line) => /^refused|^done/.test(line))).toEqual([
      ...['refused 0', 'refused 2', 'done'],
    ]);
  },
);
