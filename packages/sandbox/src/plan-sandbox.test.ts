import { ExecError } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { DEFAULT_CEILING } from './ceiling/ceiling.js';
import { explainAsJson, explainInWords } from './explain/explain.js';
import { fakeFiles } from './files/testing/fake-files.js';
import { parseIntent } from './intent/parse-intent.js';
import { type HostFacts, planSandbox, type SandboxPlan } from './plan-sandbox.js';
import { rule } from './policy/testing/rules.js';
import { fakeScans } from './repositories/testing/fake-scans.js';

const FILES = fakeFiles({
  '/ws/secret': 'directory',
  '/usr/bin/bwrap': { text: '' },
  '/ws/bin/bwrap': { text: '' },
});

const HOST: HostFacts = {
  platform: 'linux',
  architecture: 'x64',
  files: FILES,
  repositories: fakeScans(FILES),
  roots: { cwd: '/ws', tmpdir: undefined, slashTmp: '/tmp', minimal: ['/usr'] },
  bwrap: { works: true, program: '/usr/bin/bwrap' },
  ownFolders: [],
  signalResetter: '/usr/bin/env',
  ownedProcTrees: [],
};

const CEILING = {
  network: undefined,
  bindTo: () => ({ ...DEFAULT_CEILING, protectedNames: ['.codex'], protectedIfThere: [] }),
};

const WORKSPACE_WRITE = {
  type: 'managed',
  file_system: {
    type: 'restricted',
    entries: [
      { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
      { path: { type: 'special', value: { kind: 'project_roots' } }, access: 'write' },
      { path: { type: 'special', value: { kind: 'project_roots', subpath: 'secret' } }, access: 'deny' },
    ],
  },
  network: 'restricted',
};

function planned(
  host: Partial<HostFacts> = {},
  permissions: unknown = WORKSPACE_WRITE,
  cwd = '/ws',
): Promise<SandboxPlan> {
  const intent = parseIntent({
    permissions,
    workspaceRoots: ['file:///ws'],
    windowsSandboxLevel: 'disabled',
  });
  return planSandbox(
    intent,
    { argv: ['true'], cwd, env: { TOKEN: 'secret' } },
    { ...HOST, ...host },
    CEILING,
  );
}

test('both phases are explained in words', async () => {
  const plan = await planned();
  expect(explainInWords(plan)).toBe(
    [
      'Files; the longest path that fits decides, and what is not listed cannot be read:',
      '  read  /    [sandbox.permissions.file_system.entries.0]',
      '  write /ws    [sandbox.permissions.file_system.entries.1]',
      '  read  /ws/.codex (does not exist, and cannot be created; asked for: write)    [ceiling: executable configuration]',
      '  deny  /ws/secret    [sandbox.permissions.file_system.entries.2]',
      'Network: none, but for itself',
      'Enforced by bubblewrap with 7 mounts, a filter for system calls and no capabilities.',
      'While the command runs, 1 empty files and directories stand where nothing may be created.',
      '',
    ].join('\n'),
  );
});

test('the explanation for programs is data without the environment', async () => {
  const plan = await planned();
  const text = JSON.stringify(explainAsJson(plan));
  expect(JSON.parse(text)).toMatchObject({
    policy: { network: 'restricted' },
    plan: { cleanup: [{ path: '/ws/.codex', kind: 'directory' }] },
  });
  expect(text).not.toContain('TOKEN');
});

test('a ceiling that the operator set confines what asks for nothing', async () => {
  const intent = parseIntent({ permissions: { type: 'disabled' }, windowsSandboxLevel: 'disabled' });
  const maximum = { rules: [rule('read /')], network: 'restricted' } as const;
  const ceiling = { network: maximum.network, bindTo: () => ({ ...CEILING.bindTo(), maximum }) };
  const plan = await planSandbox(intent, { argv: ['true'], cwd: '/ws', env: {} }, HOST, ceiling);
  expect(plan.narrowed).toEqual([{ path: '/', asked: 'write', granted: 'read', origin: 'rule /' }]);
  expect(plan.launch.argv).toContain('--unshare-net');
});

describe('what this host cannot enforce is refused before anything starts', () => {
  test.each<[string, Partial<HostFacts>, string, string]>([
    [
      'another system',
      { platform: 'darwin' },
      '/ws',
      'sandbox: this executor runs darwin, for which there is no sandbox yet; send null to run without',
    ],
    [
      'an instruction set without a filter',
      { architecture: 'riscv64' },
      '/ws',
      'sandbox: there is no system call filter for riscv64; use an executor on x64 or arm64',
    ],
    [
      'no bubblewrap',
      { bwrap: { works: false, problem: 'there is no bwrap; install it' } },
      '/ws',
      'sandbox: there is no bwrap; install it',
    ],
    [
      'a bubblewrap that the command could replace',
      { bwrap: { works: true, program: '/ws/bin/bwrap' } },
      '/ws',
      'sandbox: /ws/bin/bwrap lies where the command may write; install bubblewrap outside of it',
    ],
    [
      'a working directory that is not shown',
      {},
      '/ws/secret',
      'cwd: /ws/secret cannot be read in the sandbox; allow it, or start the command somewhere else',
    ],
    [
      'a working directory that is none',
      {},
      '/usr/bin/bwrap',
      'cwd: /usr/bin/bwrap is no directory of this executor',
    ],
    [
      'a working directory that nobody can follow',
      { files: fakeFiles({ '/ws/loop': { link: 'loop' }, '/usr/bin/bwrap': { text: '' } }) },
      '/ws/loop',
      'cwd: the link /ws/loop leads in a circle; start the command somewhere else',
    ],
  ])('%s', async (_, host, cwd, message) => {
    await expect(planned(host, WORKSPACE_WRITE, cwd)).rejects.toThrow(
      new ExecError('sandboxUnsupported', message),
    );
  });
});

test('what the patterns of an intent match is looked for once', async () => {
  const listed: string[] = [];
  const list: HostFacts['files']['list'] = (path, atMost) => {
    listed.push(path);
    return FILES.list(path, atMost);
  };
  const inOneGo: HostFacts['files']['inOneGo'] = (work) => work({ ...FILES, list });
  const pattern = { path: { type: 'glob_pattern', pattern: '/ws/**/*cre*' }, access: 'deny' };
  const { file_system: files } = WORKSPACE_WRITE;
  const entries = [...files.entries.slice(0, 2), pattern];
  const permissions = { ...WORKSPACE_WRITE, file_system: { ...files, entries } };
  const plan = await planned({ files: { ...FILES, inOneGo } }, permissions);
  expect(plan.policy.rules.map(({ access, path }) => `${access} ${path}`)).toContain('deny /ws/secret');
  expect(listed).toEqual(['/ws', '/ws/bin']);
});

test.each<[string, Partial<HostFacts>, RegExp]>([
  ['is of another system', { platform: 'darwin' }, /this executor runs darwin/],
  ['has no bubblewrap', { bwrap: { works: false, problem: 'there is no bwrap' } }, /there is no bwrap/],
])('an executor that %s says so before it looks at files', async (_, host, refusal) => {
  const untouchable = new Proxy(HOST.files, {
    get: () => () => {
      throw new Error('a file was looked at');
    },
  });
  await expect(planned({ ...host, files: untouchable })).rejects.toThrow(refusal);
});
