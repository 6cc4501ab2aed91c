import type { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { fakeFiles } from '../files/testing/fake-files.js';
import { MAX_PROTECTED_NAMES } from '../limits.js';
import { ceilingSource, parseCeiling } from './operator-ceiling.js';
import { PROTECTED_NAMES } from './protected-names.js';

const ROOT = { path: { type: 'special', value: { kind: 'root' } }, access: 'read' };

function ceilingOf(entry: object, more: object = {}): string {
  const fileSystem = { type: 'restricted', entries: [ROOT, entry] };
  return JSON.stringify({
    permissions: { type: 'managed', file_system: fileSystem, network: 'restricted' },
    ...more,
  });
}

const path = (uri: string, access = 'write'): object => ({ path: { type: 'path', path: uri }, access });
const glob = (pattern: string, access = 'deny'): object => ({
  path: { type: 'glob_pattern', pattern },
  access,
});

const NAME = 'ceiling: permissions.file_system.entries.1';

test.each<[string, string, RegExp]>([
  ['a path that is no URI', ceilingOf(path('/srv')), /^ceiling: \S+\.1\.path\.path: .*file:/],
  ['a relative one', ceilingOf(path('file://relative')), /^ceiling: \S+\.1\.path\.path: /],
  [
    'a pattern that grants',
    ceilingOf(glob('**/*.env', 'read')),
    RegExp(`^${NAME}: a glob_pattern can only deny`),
  ],
  ['braces around a slash', ceilingOf(glob('{.env,conf/secret}')), RegExp(`^${NAME}: .*send several`)],
  ['a pattern of Windows', ceilingOf(glob('C:\\x')), RegExp(`^${NAME}: the pattern`)],
  [
    'what a sandbox has of its own',
    ceilingOf(path('file:///proc/cpuinfo', 'deny')),
    RegExp(`^${NAME}: /proc/cpuinfo cannot be denied`),
  ],
  [
    'a path with ..',
    ceilingOf(path('file:///srv/link/../secret', 'deny')),
    RegExp(`^${NAME}\\.path\\.path: .* has a \\.\\., .*; write the path without$`),
  ],
  ['one that is encoded', ceilingOf(path('file:///srv%2f.%2E', 'deny')), RegExp(`^${NAME}.* has a \\.\\.`)],
  [
    'a root with ..',
    ceilingOf(ROOT, { workspaceRoots: ['file:///srv/..'] }),
    /^ceiling: workspaceRoots\.0: .* has a \.\./,
  ],
  ['a cwd with ..', ceilingOf(ROOT, { cwd: 'file:///srv/..' }), /^ceiling: cwd: .* has a \.\./],
  ['a root that is no URI', ceilingOf(ROOT, { workspaceRoots: ['ws'] }), /^ceiling: workspaceRoots\.0: /],
])('a ceiling with %s is refused when it is read', (_, text, message) => {
  expect(() => parseCeiling(text)).toThrow(
    expect.objectContaining({
      kind: 'sandboxUnsupported',
      message: expect.stringMatching(message) as unknown,
    }) as ExecError,
  );
});

test('what may be there one day is no fault of a ceiling, and what restricts nothing is told', () => {
  const unknown: string[] = [];
  const text = ceilingOf(path('file:///not/there../..x', 'deny'), {
    foo: 1,
    networkProxy: {},
    workspaceRoots: [],
  });
  const { permissions } = parseCeiling(text, (member) => unknown.push(member));
  expect([permissions.type, unknown]).toEqual(['managed', ['foo', 'networkProxy']]);
});

test('names that are protected beside those that are anyway are bound with them', () => {
  const ceiling = parseCeiling(
    ceilingOf(path('file:///srv'), { protectedNames: ['.github', '.envrc'] }),
    (member) => {
      throw new Error(member);
    },
  );
  const roots = { cwd: '/', tmpdir: undefined, slashTmp: '/tmp', minimal: [] };
  const bound = ceilingSource(ceiling, roots).bindTo(fakeFiles({ '/srv': 'directory' }), new Map());
  expect([bound.protectedNames, bound.operatorNames]).toEqual([PROTECTED_NAMES, ['.github', '.envrc']]);
});

test.each<[string, unknown]>([
  ['a path', ['a/b']],
  ['what leads elsewhere', ['..']],
  ['nothing', ['']],
  ['no list', '.github'],
  ['more than may be', Array.from({ length: MAX_PROTECTED_NAMES + 1 }, (_, at) => `n${at}`)],
])('%s is no list of names to protect', (_, protectedNames) => {
  expect(() => parseCeiling(ceilingOf(path('file:///srv'), { protectedNames }))).toThrow(
    new Error('protectedNames: must be at most 64 names of files, such as ".github", none of them a path'),
  );
});
