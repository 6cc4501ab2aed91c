import { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { MAX_BWRAP_BYTES, MAX_BWRAP_WORDS } from '../limits.js';
import type { MountStep } from '../mounts/mount-step.js';
import { isKeptByShell } from './becoming-words.js';
import { planBwrap } from './bwrap-plan.js';
import { beside, SEALED, waitWords } from './mount-words.js';

const FILTER = new Uint8Array([1, 2, 3]);
const COMMAND = { argv: ['make', '--', 'all'], cwd: '/ws', env: { TOKEN: 'secret' } } as const;
const MOUNT_PROGRAMS = { nsenter: '/usr/bin/nsenter', mount: '/usr/bin/mount' };
const IDENTITY = { device: 1, inode: 2 };

const SETTINGS = { program: 'bwrap', network: 'enabled', filter: FILTER, signalResetter: undefined } as const;
const NO_MOUNTS = { steps: [], placeholders: [] };
const ASIDE = beside(SEALED.replace('sealed', 'devices'));

const STEPS: readonly MountStep[] = [
  { kind: 'sealHost' },
  { kind: 'bind', path: '/', access: 'read', identity: undefined },
  { kind: 'privateDevices' },
  { kind: 'privateProcesses' },
  { kind: 'emptyDirectory', path: '/ws/a', mode: '755' },
  { kind: 'bind', path: '/ws', access: 'write', identity: IDENTITY },
  { kind: 'unreadableFile', path: '/ws/.env' },
  { kind: 'bind', path: '/ws/a/hooks', access: 'read', identity: IDENTITY },
  { kind: 'link', path: '/bin', target: 'usr/bin' },
  { kind: 'makeReadOnly', path: '/x' },
];

test('a plan becomes one call of bubblewrap, its paths held open and its secrets out of sight', () => {
  const placeholders = [{ path: '/ws/.codex', directory: IDENTITY, kind: 'directory' }] as const;
  const plan = planBwrap(
    { ...COMMAND, wrapperEnv: { MARK: 'server' } },
    { steps: STEPS, placeholders },
    {
      program: '/usr/bin/bwrap',
      network: 'restricted',
      filter: FILTER,
      signalResetter: undefined,
      opening: MOUNT_PROGRAMS,
    },
  );
  expect(plan).toEqual({
    argv: [
      ...['/usr/bin/bwrap', '--args', '3'],
      ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
      '--unshare-net',
      ...['--dev', ASIDE, '--ro-bind', '/', '../oldroot'],
      ...['--ro-bind', '/', '/', '--dev-bind-try', `/${ASIDE}`, '/dev', '--proc', '/proc', '--perms', '555'],
      ...['--tmpfs', '/proc/1', '--remount-ro', '/proc/1'],
      ...['--perms', '755', '--tmpfs', '/ws/a'],
      ...['--ro-bind-fd', '4', '/ws'],
      ...['--perms', '000', '--ro-bind-data', '5', '/ws/.env'],
      ...['--ro-bind-fd', '6', '/ws/a/hooks'],
      ...['--symlink', 'usr/bin', '/bin'],
      ...['--remount-ro', '/x'],
      ...waitWords('7'),
      ...['--cap-drop', 'ALL', '--die-with-parent', '--chdir', '/ws', '--new-session'],
      ...['--seccomp', '8', '--json-status-fd', '9', '--block-fd', '10', '--'],
      ...['make', '--', 'all'],
    ],
    env: { MARK: 'server' },
    descriptors: [
      { kind: 'environment', variables: { TOKEN: 'secret' } },
      { kind: 'path', path: '/ws', identity: IDENTITY },
      { kind: 'nothing' },
      { kind: 'path', path: '/ws/a/hooks', identity: IDENTITY },
      { kind: 'namespace' },
      { kind: 'filter', program: FILTER },
      { kind: 'status' },
      { kind: 'ready' },
    ],
    mounts: STEPS,
    opening: MOUNT_PROGRAMS,
    heldCwd: undefined,
    needsManagedNetwork: false,
    cleanup: [{ path: '/ws/.codex', directory: IDENTITY, kind: 'directory' }],
  });
});

test('what may be written is refused where nothing can open it', () => {
  expect(() => planBwrap(COMMAND, { steps: STEPS, placeholders: [] }, SETTINGS)).toThrow(
    new ExecError(
      'sandboxUnsupported',
      'sandbox: what may be written is opened with nsenter and mount, which are not both among the programs of the system; install util-linux and mount',
    ),
  );
});

test('bubblewrap is started by what keeps later mounts from it', () => {
  const settings = { program: '/usr/bin/bwrap', network: 'enabled', filter: FILTER } as const;
  const { argv } = planBwrap({ ...COMMAND, hasTerminal: true }, NO_MOUNTS, {
    ...settings,
    signalResetter: '/usr/bin/env',
    startedWith: ['/usr/bin/unshare', '--'],
  });
  expect(argv.slice(3, 8)).toEqual(['sh', '/usr/bin/unshare', '--', '/usr/bin/bwrap', '--args']);
});

test('a command that may use the network stays in that of the machine', () => {
  const plan = planBwrap(COMMAND, NO_MOUNTS, SETTINGS);
  expect(plan.argv).not.toContain('--unshare-net');
});

test('a call has so many words, variables counted as they are sent, and no more', () => {
  const planWith = (variables: number, mounts: number): readonly string[] => {
    const env = Object.fromEntries(Array.from({ length: variables }, (_, at) => [`V${at}`, '']));
    const steps = Array.from({ length: mounts }, (): MountStep => ({ kind: 'makeReadOnly', path: '/x' }));
    return planBwrap({ ...COMMAND, env }, { steps, placeholders: [] }, SETTINGS).argv;
  };
  const words = planWith(0, 0).indexOf('--');
  const isOdd = (MAX_BWRAP_WORDS - words) % 2;
  const mounts = (MAX_BWRAP_WORDS - words - 3 * isOdd) / 2;
  expect(planWith(isOdd, mounts).indexOf('--')).toBe(MAX_BWRAP_WORDS - 3 * isOdd);
  expect(() => planWith(isOdd, mounts + 1)).toThrow(/more than bubblewrap accepts/);
  expect(() => planWith(isOdd + 1, mounts)).toThrow(/more than bubblewrap accepts/);
});

test('S08 more mounts than bubblewrap accepts are refused', () => {
  const steps = Array.from(
    { length: 3000 },
    (_, at): MountStep => ({ kind: 'unreadableFile', path: `/ws/${at % 3 === 0 ? 'a' : 'many'}/f${at}` }),
  );
  expect(() => planBwrap(COMMAND, { steps, placeholders: [] }, SETTINGS)).toThrow(
    new ExecError(
      'sandboxUnsupported',
      'sandbox: needs 3000 mounts and 1 variables, more than bubblewrap accepts; most are for what lies below /ws/many: remove repositories there, allow less of it to be written, or deny directories instead of their files',
    ),
  );
});

test('mounts whose paths take more bytes than arguments may are refused', () => {
  const plan = (length: number): unknown =>
    planBwrap(
      COMMAND,
      {
        steps: [{ kind: 'unreadableFile', path: `/ws/${'a'.repeat(length)}` }],
        placeholders: [],
      },
      SETTINGS,
    );
  expect(plan(MAX_BWRAP_BYTES - 1000)).toBeDefined();
  expect(() => plan(MAX_BWRAP_BYTES)).toThrow(
    /needs 1 mounts and 1 variables, whose paths take more than 512 KiB; most are for what lies below .*: remove/,
  );
});

test('what is sent to the group at a terminal reaches the command and does not end its wrapper', () => {
  const settings = {
    program: '/usr/bin/bwrap',
    network: 'enabled',
    filter: FILTER,
    signalResetter: '/usr/bin/env',
  } as const;
  const { argv } = planBwrap({ ...COMMAND, hasTerminal: true }, NO_MOUNTS, settings);
  expect([argv.slice(0, 5), argv.slice(argv.lastIndexOf('/usr/bin/env'))]).toEqual([
    ['/bin/sh', '-c', 'trap "" HUP INT QUIT USR1 USR2 PIPE ALRM TERM; exec "$@"', 'sh', '/usr/bin/bwrap'],
    ['/usr/bin/env', '--default-signal=HUP,INT,QUIT,USR1,USR2,PIPE,ALRM,TERM', 'make', '--', 'all'],
  ]);
  expect(argv).not.toContain('--new-session');
  const odd = planBwrap({ ...COMMAND, argv: ['a=b'], hasTerminal: true }, NO_MOUNTS, settings);
  expect([odd.argv[0], odd.argv.at(-1)]).toEqual(['/usr/bin/bwrap', 'a=b']);
});

test('bubblewrap waits with a sealed host where something of that is exposed', () => {
  const { argv, descriptors } = planBwrap(
    COMMAND,
    { steps: STEPS.slice(0, 4), placeholders: [] },
    { ...SETTINGS, hasExposedMounts: true },
  );
  const at = argv.indexOf('../oldroot') + 1;
  expect([descriptors[1], argv.slice(at, at + 3)]).toEqual([
    { kind: 'seal' },
    ['--file', '4', `../${SEALED}`],
  ]);
});

test('a command whose directory may be exchanged waits until it was seen there', () => {
  const plan = (hasOwnErrors: boolean): readonly unknown[] => {
    const command = { ...COMMAND, heldCwd: IDENTITY, hasOwnErrors };
    const { argv, descriptors, heldCwd } = planBwrap(command, NO_MOUNTS, SETTINGS);
    return [heldCwd, descriptors.slice(0, -4), argv.slice(argv.indexOf('--') + 1)];
  };
  const wait = (fd: number): string =>
    `read -r holdfast_go <&${fd} || exit 1; unset holdfast_go; exec ${fd}<&-; exec "$@"`;
  const place = { kind: 'place' };
  expect(plan(false)).toEqual([IDENTITY, [place], ['/bin/sh', '-c', wait(3), 'sh', 'make', '--', 'all']]);
  expect(plan(true)).toEqual([
    IDENTITY,
    [{ kind: 'errors' }, place],
    ['/bin/sh', '-c', `exec 2>&3 3>&-; ${wait(4)}`, 'sh', 'make', '--', 'all'],
  ]);
});

test.each([
  [{ PATH: '/bin', _: 'x', lower_1: '' }, true],
  [{ 'a.b': '1' }, false],
  [{ '1st': '1' }, false],
  [{ OPTIND: '2' }, false],
])('a shell keeps %j: %s', (env, expected) => {
  expect(isKeptByShell(env)).toBe(expected);
});

test('a wrapper with a standard error of its own leaves that of its caller to the command', () => {
  const settings = { program: 'bwrap', network: 'enabled', filter: FILTER } as const;
  const plan = (resetter: string | undefined): object => {
    const command = { ...COMMAND, hasTerminal: true, hasOwnErrors: true };
    const { argv, descriptors } = planBwrap(command, NO_MOUNTS, { ...settings, signalResetter: resetter });
    return [
      descriptors[0],
      argv.slice(argv.indexOf('--args')).slice(0, 2),
      argv.slice(argv.lastIndexOf('--', -4) + 1),
    ];
  };
  const errors = ['/bin/sh', '-c', 'exec 2>&3 3>&-; exec "$@"', 'sh'];
  const words = ['make', '--', 'all'];
  const resetter = ['/usr/bin/env', '--default-signal=HUP,INT,QUIT,USR1,USR2,PIPE,ALRM,TERM'];
  expect(plan(undefined)).toEqual([{ kind: 'errors' }, ['--args', '4'], [...errors, ...words]]);
  expect(plan('/usr/bin/env')).toEqual([
    { kind: 'errors' },
    ['--args', '4'],
    [...errors, ...resetter, ...words],
  ]);
});

test.each([
  ['bwrap', ['--argv0', 'other', '--', 'make', '--', 'all']],
  ['bash', ['--', '/bin/bash', '-p', '-c', 'exec -a "$0" -- "$@"', 'other', 'make', '--', 'all']],
] as const)('a command gets another name from %s', (renamer, end) => {
  const { argv } = planBwrap({ ...COMMAND, arg0: 'other' }, NO_MOUNTS, { ...SETTINGS, renamers: [renamer] });
  expect(argv.slice(-end.length)).toEqual(end);
  expect(() => planBwrap({ ...COMMAND, arg0: 'other' }, NO_MOUNTS, SETTINGS)).toThrow(/leave arg0 out/);
});

test('a command that something else becomes gets its name where that is done', () => {
  const command = { ...COMMAND, arg0: 'other', heldCwd: IDENTITY };
  const { argv } = planBwrap(command, NO_MOUNTS, { ...SETTINGS, renamers: ['bwrap', 'bash'] });
  expect([argv.includes('--argv0'), argv.slice(-8, -4)]).toEqual([
    false,
    ['/bin/bash', '-p', '-c', 'exec -a "$0" -- "$@"'],
  ]);
  expect(() => planBwrap(command, NO_MOUNTS, { ...SETTINGS, renamers: ['bwrap'] })).toThrow(/leave arg0 out/);
});
