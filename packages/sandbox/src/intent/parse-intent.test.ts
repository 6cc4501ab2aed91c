import { ExecError } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import {
  MAX_INTENT_ENTRIES,
  MAX_PATTERN_CHARACTERS,
  MAX_SUBPATH_CHARACTERS,
  MAX_WORKSPACE_ROOTS,
  MAX_WRITTEN_CHARACTERS,
} from '../limits.js';
import { parseIntent } from './parse-intent.js';

const ENTRIES = 'sandbox.permissions.file_system.entries.0';

function withPermissions(permissions: unknown): unknown {
  return { permissions, windowsSandboxLevel: 'disabled' };
}

function withEntry(entry: unknown): unknown {
  return withPermissions({
    type: 'managed',
    file_system: { type: 'restricted', entries: [entry] },
    network: 'restricted',
  });
}

const ROOT = { type: 'special', value: { kind: 'root' } };

describe('an intent is understood', () => {
  test.each<[string, unknown, unknown]>([
    ['disabled', { type: 'disabled' }, { type: 'disabled' }],
    ['external', { type: 'external', network: 'restricted' }, { type: 'external', network: 'restricted' }],
    [
      'unrestricted',
      { type: 'managed', file_system: { type: 'unrestricted' }, network: 'enabled' },
      { type: 'managed', file_system: { type: 'unrestricted' }, network: 'enabled' },
    ],
    [
      'restricted, with the older word for deny',
      {
        type: 'managed',
        file_system: {
          type: 'restricted',
          entries: [{ path: ROOT, access: 'none' }],
          glob_scan_max_depth: 2,
        },
        network: 'restricted',
      },
      {
        type: 'managed',
        file_system: {
          type: 'restricted',
          entries: [{ path: ROOT, access: 'deny' }],
          glob_scan_max_depth: 2,
        },
        network: 'restricted',
      },
    ],
  ])('%s', (_, permissions, understood) => {
    expect(parseIntent(withPermissions(permissions))).toEqual({
      permissions: understood,
      windowsSandboxLevel: 'disabled',
    });
  });

  test('members beside the permissions that are not known are left out', () => {
    const sent = {
      permissions: { type: 'disabled' },
      cwd: 'file:///srv',
      workspaceRoots: ['file:///srv'],
      policyContext: { cwd: null, later: 1 },
      windowsSandboxLevel: 'elevated',
      useLegacyLandlock: false,
      later: true,
    };
    expect(parseIntent(sent)).toEqual({
      permissions: { type: 'disabled' },
      cwd: 'file:///srv',
      workspaceRoots: ['file:///srv'],
      policyContext: { cwd: null },
      windowsSandboxLevel: 'elevated',
    });
  });
});

test('an intent has so many entries and roots and no more', () => {
  const entries = (count: number): unknown =>
    withPermissions({
      type: 'managed',
      file_system: { type: 'restricted', entries: Array(count).fill({ path: ROOT, access: 'read' }) },
      network: 'restricted',
    });
  expect(() => parseIntent(entries(MAX_INTENT_ENTRIES))).not.toThrow();
  expect(() => parseIntent(entries(MAX_INTENT_ENTRIES + 1))).toThrow(
    new ExecError(
      'sandboxUnsupported',
      'sandbox.permissions.file_system.entries: must be 8192 at most; deny directories instead of what is in them',
    ),
  );
  const rooted = (count: number): unknown => ({
    ...(entries(0) as object),
    workspaceRoots: Array(count).fill('file:///ws'),
  });
  expect(() => parseIntent(rooted(MAX_WORKSPACE_ROOTS))).not.toThrow();
  expect(() => parseIntent(rooted(MAX_WORKSPACE_ROOTS + 1))).toThrow(
    new ExecError(
      'sandboxUnsupported',
      'sandbox.workspaceRoots: must be 1024 at most; name a directory that holds them',
    ),
  );
});

test.each([
  ['pattern', MAX_PATTERN_CHARACTERS, (text: string) => ({ type: 'glob_pattern', pattern: text })],
  [
    'value.subpath',
    MAX_SUBPATH_CHARACTERS,
    (text: string) => ({ type: 'special', value: { kind: 'project_roots', subpath: text } }),
  ],
  [
    'value.path',
    MAX_SUBPATH_CHARACTERS,
    (text: string) => ({ type: 'special', value: { kind: 'unknown', path: text } }),
  ],
])('%s has so many characters and no more, and the refusal does not repeat it', (member, most, pathOf) => {
  const parsed = (length: number): unknown =>
    parseIntent(withEntry({ path: pathOf('x'.repeat(length)), access: 'deny' }));
  expect(() => parsed(most)).not.toThrow();
  expect(() => parsed(most + 1)).toThrow(
    new ExecError(
      'sandboxUnsupported',
      `${ENTRIES}.path.${member}: must have 4096 characters at most; no path has more`,
    ),
  );
});

test('all paths and roots of an intent are written in so many characters and no more', () => {
  const up = (length: number): string => `file:///${'../'.repeat(length)}`.slice(0, length);
  const most = MAX_WRITTEN_CHARACTERS / 4;
  const sent = (last: string): unknown => ({
    ...(withEntry({ path: { type: 'path', path: up(most) }, access: 'read' }) as object),
    workspaceRoots: [up(most)],
    policyContext: { workspaceRoots: [up(most), last] },
  });
  expect(() => parseIntent(sent(up(most)))).not.toThrow();
  expect(() => parseIntent(sent(up(most + 1)))).toThrow(
    new ExecError(
      'sandboxUnsupported',
      'sandbox: its paths and roots are written in more than 4194304 characters; name directories further up instead',
    ),
  );
});

describe('an intent is refused with the place and what it may be', () => {
  test.each<[string, unknown, string]>([
    ['null', null, 'sandbox: must be object'],
    ['without permissions', { windowsSandboxLevel: 'disabled' }, 'sandbox.permissions: must be object'],
    [
      'without the level for Windows',
      { permissions: { type: 'disabled' } },
      'sandbox.windowsSandboxLevel: must be one of disabled, restricted-token, elevated, mxc',
    ],
    [
      'an unknown profile',
      withPermissions({ type: 'bogus' }),
      'sandbox.permissions.type: must be one of disabled, external, managed',
    ],
    [
      'an unknown member inside the permissions',
      withPermissions({ type: 'external', network: 'restricted', cpu: 1 }),
      'sandbox.permissions: cpu: not known here, and what is not known cannot be enforced; leave it out',
    ],
    [
      'S05 an unknown network mode',
      withPermissions({ type: 'external', network: 'limited' }),
      'sandbox.permissions.network: must be one of restricted, enabled',
    ],
    [
      'S05 an unknown symbol',
      withEntry({ path: { type: 'special', value: { kind: 'moon' } }, access: 'read' }),
      `${ENTRIES}.path.value.kind: must be one of root, minimal, project_roots, current_working_directory, tmpdir, slash_tmp, unknown`,
    ],
    [
      'S05 an unknown access word',
      withEntry({ path: ROOT, access: 'execute' }),
      `${ENTRIES}.access: must be one of read, write, deny, none`,
    ],
    [
      'an unknown member of an entry',
      withEntry({ path: ROOT, access: 'read', until: 'noon' }),
      `${ENTRIES}: until: not known here, and what is not known cannot be enforced; leave it out`,
    ],
    [
      'a sandbox of Windows',
      { permissions: { type: 'disabled' }, windowsSandboxLevel: 'mxc' },
      'sandbox.windowsSandboxLevel: this executor does not run Windows and has no mxc; send "disabled"',
    ],
  ])('%s', (_, sandbox, message) => {
    expect(() => parseIntent(sandbox)).toThrow(new ExecError('sandboxUnsupported', message));
  });
});

test('of many things that are not understood the first are told, and of long names their ends', () => {
  const refusalOf = (entries: unknown): string => {
    try {
      parseIntent(
        withPermissions({
          type: 'managed',
          file_system: { type: 'restricted', entries },
          network: 'enabled',
        }),
      );
      return '';
    } catch (error) {
      return (error as ExecError).message;
    }
  };
  const entries = ENTRIES.slice(0, -2);
  const first = Array.from({ length: 20 }, (_, at) => `${entries}.${String(at)}: must be object`);
  expect(refusalOf(new Array<number>(200).fill(1))).toBe(`${first.join('; ')}; and 180 more`);
  const unknown = `a${'x'.repeat(2 ** 20)}`;
  const refusal = refusalOf([{ path: ROOT, access: 'read', [unknown]: 1 }]);
  expect(refusal).toHaveLength(9_999);
  expect(refusal).toMatch(/^sandbox\.\S+entries\.0: ax+ \[…\] x+: not known here, .*; leave it out$/);
});
