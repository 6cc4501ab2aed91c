import { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { DEFAULT_CEILING } from './ceiling/ceiling.js';
import { ceilingSource, NO_OPERATOR, parseCeiling } from './ceiling/operator-ceiling.js';
import { fakeFiles } from './files/testing/fake-files.js';
import type { HostFacts } from './host-facts.js';
import { parseIntent } from './intent/parse-intent.js';
import { PatternLooks } from './intent/pattern-looks.js';
import { planSandbox } from './plan-sandbox.js';
import { fakeScanning, fakeScans } from './repositories/testing/fake-scans.js';

const FILES = fakeFiles(
  {
    '/proc/cpuinfo': { text: '' },
    '/ws/file': { text: '' },
    '/ws/loop': { link: 'loop' },
    '/usr/bin/bwrap': { text: '' },
    '/home/theirs/app/key': { text: '' },
  },
  { '/home/theirs': { uid: 1001 }, '/home/theirs/app/key': { mode: 0o600 } },
);

const HOST: HostFacts = {
  platform: 'linux',
  architecture: 'x64',
  files: FILES,
  repositories: fakeScans(FILES),
  patterns: new PatternLooks(fakeScanning(FILES)),
  roots: { cwd: '/ws', tmpdir: 'relative', slashTmp: '/tmp', minimal: ['/usr'] },
  bwrap: () => Promise.resolve({ works: true, program: '/usr/bin/bwrap' }),
  ownPaths: [],
  runBy: ['/usr/bin/node'],
  signalResetter: '/usr/bin/env',
  mountTable: () => '',
  mountPrograms: { nsenter: '/usr/bin/nsenter', mount: '/usr/bin/mount' },
  user: { uid: 1000, gid: 1000, systemUid: 0 },
  deviceSeal: () => Promise.resolve('needless'),
  lateMounts: () => Promise.resolve('none'),
};

interface Asked {
  readonly permissions?: unknown;
  readonly entries?: readonly unknown[];
  readonly more?: object;
  readonly cwd?: string;
  readonly host?: Partial<HostFacts>;
  readonly ceiling?: readonly unknown[];
}

const ROOT = { path: { type: 'special', value: { kind: 'root' } }, access: 'read' };

function restricted(entries: readonly unknown[]): object {
  return { type: 'managed', file_system: { type: 'restricted', entries }, network: 'restricted' };
}

function at(path: unknown, access = 'deny'): object {
  return { path, access };
}

function special(kind: string, access = 'deny', more: object = {}): object {
  return at({ type: 'special', value: { kind, ...more } }, access);
}

function named(path: string, access = 'deny'): object {
  return at({ type: 'path', path }, access);
}

function pattern(text: string, access = 'deny'): object {
  return at({ type: 'glob_pattern', pattern: text }, access);
}

/** What a start is refused with. */
async function refusalOf({ permissions, entries = [], more, cwd, host, ceiling }: Asked): Promise<string> {
  try {
    const intent = parseIntent({
      permissions: permissions ?? restricted([ROOT, ...entries]),
      workspaceRoots: ['file:///ws'],
      windowsSandboxLevel: 'disabled',
      ...more,
    });
    const operator =
      ceiling === undefined
        ? { ...NO_OPERATOR, bindTo: () => ({ ...DEFAULT_CEILING, protectedNames: [] }) }
        : ceilingSource(
            parseCeiling(JSON.stringify({ permissions: restricted([ROOT, ...ceiling]) })),
            HOST.roots,
          );
    const command = { argv: ['true'], cwd: cwd ?? '/ws', env: {} } as const;
    await planSandbox(intent, command, { ...HOST, ...host }, operator);
  } catch (error) {
    return messageOf(error);
  }
  throw new Error('it was not refused');
}

function messageOf(error: unknown): string {
  if (error instanceof ExecError && error.kind === 'sandboxUnsupported') return error.message;
  throw error;
}

const CASES: Readonly<Record<string, Asked>> = {
  'a type of permissions': { permissions: { type: 'bogus' } },
  'no permissions': { permissions: 5 },
  'a member': { permissions: { type: 'disabled', also: 1 } },
  'an access': { entries: [special('root', 'execute')] },
  'a kind of path': { entries: [at({ type: 'inode', inode: 5 })] },
  'a kind of symbol': { entries: [special('moon')] },
  'a symbol that denies': { entries: [special('unknown', 'deny', { path: ':moon' })] },
  'an empty pattern': { entries: [pattern('')] },
  'a pattern that grants': { entries: [pattern('**/*.env', 'write')] },
  'a pattern with half a character': { entries: [pattern('\ud83d*')] },
  'a foreign pattern': { entries: [pattern('C:\\x')] },
  'a subpath that leads out': { entries: [special('project_roots', 'write', { subpath: '../x' })] },
  'a relative path': { entries: [named('srv/x')] },
  'S06 a path of Windows': { entries: [named('file:///C:/x')] },
  'a path of another host': { entries: [named('file://host/x')] },
  'a path that is not UTF-8': { entries: [named('file:///srv/%ff')] },
  'S07 a loop that is denied': { entries: [named('file:///ws/loop')] },
  'a relative TMPDIR that is denied': { entries: [special('tmpdir')] },
  'a tree of the kernel': { entries: [named('file:///proc/cpuinfo')] },
  'a file that others may exchange': { entries: [named('file:///home/theirs/app/key')] },
  'one that a pattern matches': { entries: [pattern('/home/*/app/key')] },
  'the same in a ceiling': { ceiling: [named('file:///home/theirs/app/key')] },
  'the entry of a ceiling': { ceiling: [named('file:///proc/cpuinfo')] },
  'a loop in a ceiling': { ceiling: [named('file:///ws/loop')] },
  'a foreign policy directory': { more: { cwd: 'ws' }, entries: [pattern('*.env')] },
  'a foreign root': { more: { workspaceRoots: ['ws'] } },
  'a sandbox of Windows': { more: { windowsSandboxLevel: 'mxc' } },
  'a level of Windows': { more: { windowsSandboxLevel: 'high' } },
  'a directory that is a file': { cwd: '/ws/file' },
  'a directory that is denied': { entries: [named('file:///ws')] },
  'a directory that is a loop': { cwd: '/ws/loop' },
  'a bubblewrap that can be replaced': { entries: [named('file:///usr', 'write')] },
  'another system': { host: { platform: 'darwin' } },
  'S11 another processor': { host: { architecture: 'riscv64' } },
  'no bubblewrap': {
    host: {
      bwrap: () => Promise.resolve({ works: false, problem: 'bubblewrap is not installed; install it' }),
    },
  },
};

const ENTRY = 'sandbox.permissions.file_system.entries.1';

const EXCHANGED =
  '/home/theirs/app/key cannot be denied for certain: user 1001 may exchange /home/theirs/app while it is covered; deny /home/theirs instead, move it elsewhere, or keep others from that by chown or chmod';

const REFUSALS: Readonly<Record<string, string>> = {
  'a type of permissions': 'sandbox.permissions.type: must be one of disabled, external, managed',
  'no permissions': 'sandbox.permissions: must be object',
  'a member':
    'sandbox.permissions: also: not known here, and what is not known cannot be enforced; leave it out',
  'an access': `${ENTRY}.access: must be one of read, write, deny, none`,
  'a kind of path': `${ENTRY}.path.type: must be one of path, glob_pattern, special`,
  'a kind of symbol': `${ENTRY}.path.value.kind: must be one of root, minimal, project_roots, current_working_directory, tmpdir, slash_tmp, unknown`,
  'a symbol that denies': `${ENTRY}: denies the symbol ":moon", which is not known here; deny its path instead`,
  'an empty pattern': `${ENTRY}.path.pattern: must not be empty`,
  'a pattern that grants': `${ENTRY}: a glob_pattern can only deny, and this one says write; name the paths instead`,
  'a pattern with half a character': `${ENTRY}: the pattern "\\ud83d*" must be well-formed Unicode, as names are`,
  'a foreign pattern': `${ENTRY}: the pattern "C:\\\\x" must be a POSIX path without .. and backslashes`,
  'a subpath that leads out': `${ENTRY}: the subpath "../x" must be relative, in POSIX spelling and without ..`,
  'a relative path': `${ENTRY}.path.path: path URI "srv/x" has no scheme; send an absolute URI such as file:///srv`,
  'S06 a path of Windows': `${ENTRY}.path.path: path URI "file:///C:/x" names a drive of Windows, but the executor has POSIX paths`,
  'a path of another host': `${ENTRY}.path.path: path URI "file://host/x" names a host; send file:///…`,
  'a path that is not UTF-8': `${ENTRY}.path.path: the path file:///srv/%ff is not UTF-8 and cannot be named to the sandbox; rename it`,
  'S07 a loop that is denied': `${ENTRY}: the link /ws/loop leads in a circle, so it is unknown what to deny; mend it or deny its directory`,
  'a relative TMPDIR that is denied': `${ENTRY}: TMPDIR is "relative", which is no absolute path; set it to one`,
  'a tree of the kernel': `${ENTRY}: /proc/cpuinfo cannot be denied: every sandbox has a /proc of its own; leave the entry out`,
  'a file that others may exchange': `${ENTRY}: ${EXCHANGED}`,
  'one that a pattern matches': `${ENTRY}: ${EXCHANGED}`,
  'the same in a ceiling': `ceiling: permissions.file_system.entries.1: ${EXCHANGED}`,
  'the entry of a ceiling':
    'ceiling: permissions.file_system.entries.1: /proc/cpuinfo cannot be denied: every sandbox has a /proc of its own; leave the entry out',
  'a loop in a ceiling':
    'ceiling: permissions.file_system.entries.1: the link /ws/loop leads in a circle, so it is unknown what to deny; mend it or deny its directory',
  'a foreign policy directory':
    'sandbox.cwd: path URI "ws" has no scheme; send an absolute URI such as file:///srv',
  'a foreign root':
    'sandbox.workspaceRoots.0: path URI "ws" has no scheme; send an absolute URI such as file:///srv',
  'a sandbox of Windows':
    'sandbox.windowsSandboxLevel: this executor does not run Windows and has no mxc; send "disabled"',
  'a level of Windows':
    'sandbox.windowsSandboxLevel: must be one of disabled, restricted-token, elevated, mxc',
  'a directory that is a file':
    'cwd: /ws/file is no directory of this executor; start the command somewhere else',
  'a directory that is denied':
    'cwd: /ws cannot be read in the sandbox, since sandbox.permissions.file_system.entries.1 denies it; allow it, or start the command somewhere else',
  'a directory that is a loop': 'cwd: the link /ws/loop leads in a circle; start the command somewhere else',
  'a bubblewrap that can be replaced':
    'sandbox.permissions.file_system.entries.1: /usr/bin/bwrap lies where the command may write, and is run outside of sandboxes; allow less to be written, or install bubblewrap elsewhere',
  'another system':
    'sandbox: this executor runs darwin, for which there is no sandbox yet; send null to run without',
  'S11 another processor':
    'sandbox: there is no system call filter for riscv64; use an executor on x64 or arm64',
  'no bubblewrap': 'sandbox: bubblewrap is not installed; install it',
};

test.each(Object.entries(CASES))('of %s names it and the remedy', async (name, asked) => {
  expect(await refusalOf(asked)).toBe(REFUSALS[name]);
});
