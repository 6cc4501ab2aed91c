import { expect, test } from 'vitest';
import { DEFAULT_CEILING } from './ceiling/ceiling.js';
import { type FakeFile, fakeFiles } from './files/testing/fake-files.js';
import type { HostFacts } from './host-facts.js';
import { parseIntent } from './intent/parse-intent.js';
import { PatternLooks } from './intent/pattern-looks.js';
import { planSandbox, type SandboxPlan } from './plan-sandbox.js';
import { fakeScanning, fakeScans } from './repositories/testing/fake-scans.js';

const LOCAL = '21 1 8:1 / / rw - ext4 /dev/sda rw\n';
const REMOTE = `${LOCAL}36 21 0:50 / /home rw - nfs4 server:/ rw\n`;

const CEILING = { network: undefined, scans: [], bindTo: () => DEFAULT_CEILING };

const ROOT = { path: { type: 'special', value: { kind: 'root' } }, access: 'read' };

interface Workspace {
  readonly tree: Readonly<Record<string, FakeFile>>;
  readonly entries: readonly unknown[];
  readonly bwrap?: string;
}

function plan(
  mountTable: string,
  { tree, entries, bwrap = '/usr/bin/bwrap' }: Workspace,
): Promise<SandboxPlan> {
  const cwd = '/home/u/ws';
  const files = fakeFiles({ [bwrap]: { text: '' }, '/bin/sh': { text: '' }, ...tree });
  const host: HostFacts = {
    platform: 'linux',
    architecture: 'x64',
    files,
    repositories: fakeScans(files),
    patterns: new PatternLooks(fakeScanning(files)),
    roots: { cwd, tmpdir: undefined, slashTmp: '/tmp', minimal: ['/usr'] },
    bwrap: (mayReplace) =>
      Promise.resolve(
        mayReplace(bwrap) ? { works: false, problem: 'it may be replaced' } : { works: true, program: bwrap },
      ),
    ownPaths: [],
    runBy: ['/home/u/.nvm/node'],
    signalResetter: undefined,
    mountTable: () => mountTable,
    mountPrograms: { nsenter: '/usr/bin/nsenter', mount: '/usr/bin/mount' },
    user: { uid: 1000, gid: 1000, systemUid: 0 },
    deviceSeal: () => Promise.resolve('needless'),
    lateMounts: () => Promise.resolve('none'),
  };
  const permissions = {
    type: 'managed',
    file_system: { type: 'restricted', entries },
    network: 'restricted',
  };
  const intent = parseIntent({ permissions, cwd: `file://${cwd}`, windowsSandboxLevel: 'disabled' });
  return planSandbox(intent, { argv: ['true'], cwd, env: {} }, host, CEILING);
}

function at(path: string, access: string): unknown {
  return { path: { type: 'path', path: `file://${path}` }, access };
}

function denied(pattern: string): unknown {
  return { path: { type: 'glob_pattern', pattern }, access: 'deny' };
}

test.each<[string, Workspace]>([
  [
    'a pattern below a workspace that is only read',
    { tree: { '/home/u/ws/.env': { text: '' } }, entries: [ROOT, denied('/home/u/ws/**/.env')] },
  ],
  [
    'a workspace that is a link to a disk',
    {
      tree: { '/home/u/ws': { link: '/scratch/ws' }, '/scratch/ws/.env': { text: '' } },
      entries: [ROOT, at('/home/u/ws', 'write'), denied('/home/u/ws/**/.env'), denied('/scratch/ws/**/.key')],
    },
  ],
  [
    'a repository where everything may be written',
    {
      tree: { '/home/u/ws/.git/config': { text: '' }, '/home/u/ws/.git/hooks': 'directory' },
      entries: [at('/', 'write'), at('/usr', 'read'), at('/bin', 'read'), at('/run', 'read')],
    },
  ],
  [
    'bubblewrap in the home, and a workspace that is none there',
    {
      tree: { '/home/u/ws': 'directory', '/ws': 'directory' },
      entries: [ROOT, at('/ws', 'write')],
      bwrap: '/home/u/bin/bwrap',
    },
  ],
])('homes on another machine change nothing for %s', async (_, workspace) => {
  const [near, far] = await Promise.all([plan(LOCAL, workspace), plan(REMOTE, workspace)]);
  expect([far.policy, far.gaps]).toEqual([near.policy, near.gaps]);
});
