import { ExecError } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { ceilingSource, parseCeiling } from './ceiling/operator-ceiling.js';
import { fakeFiles } from './files/testing/fake-files.js';
import { regardlessOfCase } from './files/testing/regardless-of-case.js';
import { parseIntent } from './intent/parse-intent.js';
import { PatternLooks } from './intent/pattern-looks.js';
import { planSandbox, type SandboxPlan } from './plan-sandbox.js';
import { fakeScanning, fakeScans } from './repositories/testing/fake-scans.js';
import { HOST, planned, WORKSPACE_WRITE } from './testing/planned.js';

describe('where upper and lower case are one', () => {
  const MAC_MOUNT = '1 0 8:1 / / rw - ext4 x rw\n2 1 0:50 / /mac rw - virtiofs mac rw\n';
  const MAC = fakeFiles({
    '/mac/ws/.env': { text: '' },
    '/mac/ws/.git/config': { text: '' },
    '/mac/ws/.git/hooks': 'directory',
    '/mac/ws/keys/a.pem': { text: '' },
    '/usr/bin/bwrap': { text: '' },
  });

  function plannedThere(entries: readonly object[]): Promise<SandboxPlan> {
    const files = regardlessOfCase(MAC, '/mac');
    const entry = { path: { type: 'path', path: 'file:///mac/ws' }, access: 'write' };
    const { file_system: given } = WORKSPACE_WRITE;
    const fileSystem = { ...given, entries: [...given.entries.slice(0, 1), entry, ...entries] };
    const host = {
      files,
      repositories: fakeScans(files),
      patterns: new PatternLooks(fakeScanning(files)),
      mountTable: () => MAC_MOUNT,
    };
    return planned(host, { ...WORKSPACE_WRITE, file_system: fileSystem }, '/mac/ws');
  }

  test.each(['deny', 'read'] as const)('an entry that says %s of a file is refused', async (access) => {
    const outcome = access === 'deny' ? 'read' : 'written';
    const remedy = access === 'deny' ? 'deny' : 'name';
    await expect(
      plannedThere([{ path: { type: 'path', path: 'file:///mac/ws/.env' }, access }]),
    ).rejects.toThrow(
      new ExecError(
        'sandboxUnsupported',
        `sandbox.permissions.file_system.entries.2: /mac/ws/.env can be ${outcome} by another spelling of its name, since upper and lower case are the same on its file system; ${remedy} /mac/ws instead, or move it elsewhere`,
      ),
    );
  });

  test('what holds a file that a pattern matches is denied', async () => {
    const entry = { path: { type: 'glob_pattern', pattern: '/mac/ws/**/*.pem' }, access: 'deny' };
    const { policy } = await plannedThere([entry]);
    expect(policy.rules.filter(({ access }) => access === 'deny').map(({ path }) => path)).toEqual([
      '/mac/ws/keys',
    ]);
  });

  test('files that stay as they are by default are told of', async () => {
    const { gaps, policy } = await plannedThere([]);
    const text =
      '/mac/ws/.git/commondir (and 2 more like it) can be written by another spelling of its name, since upper and lower case are the same on its file system; keep it on another one';
    expect([gaps, policy.notes]).toEqual([
      [text],
      [{ origin: { source: 'default', entry: 'executableConfiguration' }, text }],
    ]);
  });

  test('what a pattern of the ceiling matches, and a command could have made, refuses nobody but who works there', async () => {
    const files = regardlessOfCase(MAC, '/mac');
    const host = {
      ...HOST,
      files,
      repositories: fakeScans(files),
      patterns: new PatternLooks(fakeScanning(files)),
      mountTable: () => MAC_MOUNT,
    };
    const root = { path: { type: 'special', value: { kind: 'root' } }, access: 'read' };
    const ws = { path: { type: 'path', path: 'file:///mac/ws' }, access: 'write' };
    const env = { path: { type: 'glob_pattern', pattern: '/mac/ws/**/.env' }, access: 'deny' };
    const managed = (entries: readonly object[]): object => ({
      permissions: {
        type: 'managed',
        file_system: { type: 'restricted', entries },
        network: 'restricted',
      },
      windowsSandboxLevel: 'disabled',
    });
    const ceiling = ceilingSource(parseCeiling(JSON.stringify(managed([root, ws, env]))), host.roots);
    const anywhere = { permissions: { type: 'disabled' }, windowsSandboxLevel: 'disabled' };
    const elsewhere = await planSandbox(
      parseIntent(anywhere),
      { argv: ['true'], cwd: '/usr', env: {} },
      host,
      ceiling,
    );
    const denied = elsewhere.policy.rules.filter(({ access }) => access === 'deny');
    expect(denied.map(({ path }) => path)).toEqual(['/mac/ws']);
    const there = { argv: ['true'], cwd: '/mac/ws', env: {} } as const;
    await expect(planSandbox(parseIntent(managed([root, ws])), there, host, ceiling)).rejects.toThrow(
      new ExecError(
        'sandboxUnsupported',
        'ceiling: permissions.file_system.entries.2: /mac/ws/.env can be read by another spelling of its name, since upper and lower case are the same on its file system; deny /mac/ws instead, or move it elsewhere',
      ),
    );
  });
});
