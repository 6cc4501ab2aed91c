import { ExecError } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { judgeDenial } from './denial/judge-denial.js';
import type { FileView } from './files/file-facts.js';
import { isWithin } from './files/paths.js';
import { type FakeFile, fakeFiles } from './files/testing/fake-files.js';
import { PatternLooks } from './intent/pattern-looks.js';
import type { SandboxPlan } from './plan-sandbox.js';
import { fakeScanning } from './repositories/testing/fake-scans.js';
import { HOST, planned, WORKSPACE_WRITE } from './testing/planned.js';

test('what the kernel shows elsewhere is denied, with all that is found there', async () => {
  const files = fakeFiles({ '/ws/root/proc/.git': 'directory', '/usr/bin/bwrap': { text: '' } });
  const mountTable = (): string =>
    ['1 0 8:1 / / rw - ext4 x rw\n', '2 1 0:5 / /ws/root/proc rw - proc x rw\n'].join('');
  const { policy } = await planned({ files, mountTable });
  expect(policy.rules.filter(({ path }) => path.startsWith('/ws/root'))).toEqual([
    expect.objectContaining({
      path: '/ws/root/proc',
      access: 'deny',
      origin: { source: 'default', entry: 'kernelTrees' },
    }),
  ]);
});

test.each<[string, FakeFile, readonly string[]]>([
  ['this user, for a command could open it', 'shut', ['deny /ws/root']],
  ['somebody else, where no command gets to', 'shutByOthers', []],
])('what the kernel shows below a directory that was shut by %s', async (_, shut, denied) => {
  const files = fakeFiles({ '/ws/root': shut, '/usr/bin/bwrap': { text: '' } });
  const mountTable = (): string =>
    ['1 0 8:1 / / rw - ext4 x rw\n', '2 1 0:5 / /ws/root/proc rw - proc x rw\n'].join('');
  const { policy } = await planned({ files, mountTable });
  const shown = policy.rules.filter(({ path }) => path.startsWith('/ws/root'));
  expect(shown.map(({ path, access }) => `${access} ${path}`)).toEqual(denied);
});

describe('what the kernel shows where a look fails', () => {
  const failing = (code: string): Promise<SandboxPlan> => {
    const mountTable = (): string =>
      ['1 0 8:1 / / rw - ext4 x rw\n', '2 1 0:5 / /srv/root/proc rw - proc x rw\n'].join('');
    const files: FileView = {
      ...HOST.files,
      look: (path) => {
        if (path === '/srv/root/proc') throw Object.assign(new Error(path), { code });
        return HOST.files.look(path);
      },
      inOneGo: (work) => work(files),
    };
    return planned({ files, mountTable });
  };

  test.each(['EACCES', 'ENOTCONN'])('is nothing to deny where nobody gets there (%s)', async (code) => {
    const { policy } = await failing(code);
    expect(policy.rules.filter(({ path }) => path.startsWith('/srv/root'))).toEqual([]);
  });

  test('refuses the start where it may be shown later', async () => {
    await expect(failing('EIO')).rejects.toThrow('sandbox: /srv/root/proc cannot be looked at (EIO)');
  });
});

describe('an automounter that mounts what is named', () => {
  const files = fakeFiles({
    '/net': 'directory',
    '/net/host/ws': 'directory',
    '/ws/there': { link: '/net/host/ws' },
    '/usr/bin/bwrap': { text: '' },
  });
  const mountTable = (): string =>
    [
      '1 0 8:1 / / rw - ext4 x rw\n',
      '2 1 0:40 / /net rw - autofs -hosts rw,fd=5,pgrp=1,minproto=5,maxproto=5,indirect,pipe_ino=9\n',
    ].join('');
  const { file_system: fileSystem, ...rest } = WORKSPACE_WRITE;
  const naming = (access: string): unknown => {
    const entry = { path: { type: 'path', path: 'file:///net/host' }, access };
    return { ...rest, file_system: { ...fileSystem, entries: [...fileSystem.entries, entry] } };
  };
  const KEPT_FROM_IT: unknown = expect.objectContaining({
    path: '/net',
    access: 'deny',
    origin: { source: 'default', entry: 'kernelTrees' },
  });

  test.each([
    ['is asked nothing by a command', WORKSPACE_WRITE, '/ws', KEPT_FROM_IT],
    ['nor where something below it is denied', naming('deny'), '/ws', KEPT_FROM_IT],
    ['is asked where something below it is allowed', naming('read'), '/ws', undefined],
    ['is asked where a command runs below it', WORKSPACE_WRITE, '/net/host/ws', undefined],
    ['is asked where a link leads a command there', WORKSPACE_WRITE, '/ws/there', undefined],
  ])('%s', async (_, permissions, cwd, expected) => {
    const { policy } = await planned({ files, mountTable }, permissions, cwd);
    expect(policy.rules.find(({ path }) => path === '/net')).toEqual(expected);
  });
});

test('what may never answer is denied where else it is mounted, and nobody looks at it', async () => {
  const looked: string[] = [];
  const tree = fakeFiles({
    '/ws/secret/share': 'directory',
    '/ws/.codex': { link: '/mnt/config' },
    '/usr/bin/bwrap': { text: '' },
  });
  const files: FileView = {
    ...tree,
    look(path) {
      if (isWithin(path, '/mnt')) looked.push(path);
      return tree.look(path);
    },
    inOneGo: (work) => work(files),
  };
  const share = '0:50 /';
  const mountTable = (): string =>
    [
      '1 0 8:1 / / rw - ext4 x rw\n',
      `2 1 ${share} /ws/secret/share rw - fuse.sshfs x rw\n`,
      `3 1 ${share} /mnt rw - fuse.sshfs x rw\n`,
    ].join('');
  const plan = await planned({ files, mountTable });
  const output = 'cat: /mnt/key: Permission denied';
  const denial = judgeDenial({ exitCode: 1, cwd: '/ws', output }, plan, { files, mountTable }, () => true);
  expect([
    plan.policy.rules.find(({ path }) => path === '/mnt'),
    plan.mounts.steps.filter((step) => 'path' in step && step.path === '/mnt'),
    denial,
    looked,
  ]).toEqual([
    {
      path: '/mnt',
      access: 'deny',
      kind: 'directory',
      identity: undefined,
      isShared: false,
      isUnseen: true,
      origin: { source: 'intent', entry: 'sandbox.permissions.file_system.entries.2' },
    },
    [
      { kind: 'emptyDirectory', path: '/mnt', mode: '000' },
      { kind: 'makeReadOnly', path: '/mnt' },
    ],
    undefined,
    [],
  ]);
});

test('what the kernel shows is refused where it is covered: it could come to light', async () => {
  const mountTable = (): string =>
    [
      '1 0 8:1 / / rw - ext4 x rw\n',
      '2 1 0:5 / /srv/root/proc rw - proc x rw\n',
      '3 1 8:2 / /srv/root rw - ext4 y rw\n',
    ].join('');
  await expect(planned({ mountTable })).rejects.toThrow(
    new ExecError(
      'sandboxUnsupported',
      'sandbox: /srv/root/proc shows processes or settings of this machine below another mount, where it cannot be hidden for certain; unmount one of them',
    ),
  );
});

describe('what is denied and covered where it is mounted as well', () => {
  const files = fakeFiles({
    '/ws/secret': 'directory',
    '/ws/keys/.env': { text: '' },
    '/var/own': 'directory',
    '/usr/bin/bwrap': { text: '' },
  });
  const host = {
    files,
    patterns: new PatternLooks(fakeScanning(files)),
    mountTable: (): string =>
      [
        '1 0 8:1 / / rw - ext4 x rw\n',
        '2 1 8:1 / /srv/a/b rw - ext4 x rw\n',
        '3 1 0:9 / /srv/a rw - tmpfs y rw\n',
      ].join(''),
  };
  const told = (path: string): string =>
    `${path} is mounted at /srv/a/b${path} as well, in whole or in part, and covered there by another mount, where it cannot be denied for certain; unmount one of them`;
  const denying = (path: object): typeof WORKSPACE_WRITE => {
    const [root, ws] = WORKSPACE_WRITE.file_system.entries;
    const entries = [root, ws, { path, access: 'deny' }] as typeof WORKSPACE_WRITE.file_system.entries;
    return { ...WORKSPACE_WRITE, file_system: { ...WORKSPACE_WRITE.file_system, entries } };
  };

  test('refuses the entry that denies it', async () => {
    await expect(planned(host)).rejects.toThrow(told('/ws/secret'));
  });

  test.each([
    [
      'a pattern, for a command could make what it matches',
      { type: 'glob_pattern', pattern: '/ws/**/.env' },
      [],
      '/ws/keys/.env',
    ],
    [
      'every sandbox, for nobody could have any',
      { type: 'path', path: 'file:///missing' },
      ['/var/own'],
      '/var/own',
    ],
  ])('is told of, where it is denied by %s', async (_, path, ownPaths, denied) => {
    const { policy, gaps } = await planned({ ...host, ownPaths }, denying(path));
    expect(policy.rules.find((rule) => rule.path === denied)?.access).toBe('deny');
    expect(gaps).toEqual([told(denied)]);
  });
});
