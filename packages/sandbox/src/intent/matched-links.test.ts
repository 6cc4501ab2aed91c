import { ExecError } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import type { NormalisedPolicy } from '../policy/path-rule.js';
import { unreadableByLink } from '../policy/visibility.js';
import { fakeScanning } from '../repositories/testing/fake-scans.js';
import { globScansOf } from './glob-scans.js';
import { matchedPath } from './matched-links.js';
import { normalise } from './normalise.js';
import { PatternLooks } from './pattern-looks.js';
import type { SandboxIntent } from './schema.js';

const ROOTS = { cwd: '/ws', tmpdir: undefined, slashTmp: '/tmp', minimal: [] };

const INTENT: SandboxIntent = {
  permissions: {
    type: 'managed',
    file_system: {
      type: 'restricted',
      entries: [
        { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
        { path: { type: 'special', value: { kind: 'project_roots' } }, access: 'write' },
        { path: { type: 'glob_pattern', pattern: '/ws/**/.env' }, access: 'deny' },
      ],
    },
    network: 'restricted',
  },
  workspaceRoots: ['file:///ws'],
  windowsSandboxLevel: 'disabled',
};

const PATTERN = { source: 'intent', entry: 'sandbox.permissions.file_system.entries.2' };

/** What becomes of the pattern where a command has left links that it matches. */
async function bound(links: Readonly<Record<string, string>>): Promise<NormalisedPolicy> {
  const left = Object.entries(links).map(([path, link]): [string, FakeFile] => [path, { link }]);
  const files = fakeFiles({
    ...Object.fromEntries(left),
    '/usr/bin/sh': { text: '' },
    '/proc/self': 'directory',
    '/ws/src/key': { text: '' },
    '/ws/shut': 'shut',
    '/ws/own/.env': { text: '' },
  });
  const matches = await new PatternLooks(fakeScanning(files)).find(globScansOf(INTENT, ROOTS), files);
  const policy = normalise(INTENT, { roots: ROOTS, files, patterns: matches });
  if (policy === undefined) throw new Error('the intent confines nothing');
  return policy;
}

function deniedBy({ rules }: NormalisedPolicy): readonly string[] {
  return rules.filter(({ access }) => access === 'deny').map(({ path }) => path);
}

test.each([
  ['.env', 'the link /ws/a/.env leads in a circle'],
  ['/proc/self', 'it leads into /proc, of which every sandbox has its own'],
  ['../newname', 'nothing is at /ws/newname, where it leads'],
  ['../shut/x', '/ws/shut cannot be looked into (EACCES)'],
])(
  'a link to %s that a pattern matches denies nothing, and keeps nothing from running',
  async (target, why) => {
    const policy = await bound({ '/ws/a/.env': target });
    expect([deniedBy(policy), policy.notes]).toEqual([
      ['/ws/own/.env'],
      [{ origin: PATTERN, text: `the link /ws/a/.env denies nothing, since ${why}` }],
    ]);
  },
);

test('a look for which there is no time left is told as that', () => {
  const noTime = new ExecError('limitExceeded', 'no time left');
  const look = (): never => {
    throw noTime;
  };
  const deadEnd = { kind: 'deadEnd', at: '/ws', isLink: false, why: 'it is shut' } as const;
  expect(() =>
    matchedPath('/ws/.env', { resolved: deadEnd, away: undefined }, { ...fakeFiles({}), look }),
  ).toThrow(noTime);
});

test('many of them are told of together', async () => {
  const { notes } = await bound({ '/ws/a/.env': '.env', '/ws/b/.env': '.env', '/ws/c/.env': 'none' });
  expect(notes).toEqual([
    {
      origin: PATTERN,
      text: 'the link /ws/a/.env denies nothing, since the link /ws/a/.env leads in a circle (and 2 more links that match deny nothing)',
    },
  ]);
});

test('what another link leads to is denied, and whoever cannot be run or stood in for that is told of the link', async () => {
  const policy = await bound({ '/ws/a/.env': '/usr', '/ws/b/.env': '../src/key' });
  const files = fakeFiles({
    '/usr/bin/sh': { text: '' },
    '/bin': { link: 'usr/bin' },
    '/ws/own/.env': { text: '' },
  });
  expect(deniedBy(policy)).toEqual(['/usr', '/ws/own/.env', '/ws/src/key']);
  expect(
    ['/bin/sh', '/ws/own/.env', '/ws'].map((path) => unreadableByLink(path, policy.rules, files)),
  ).toEqual([
    `since ${PATTERN.entry} denies /usr, where the link /ws/a/.env leads, which matches its pattern; remove the link`,
    undefined,
    undefined,
  ]);
});

describe('below a ceiling, a link that matches', () => {
  const own = { uid: 1, gid: 1 };

  /** What the pattern of a ceiling denies and tells where this user has left a link. */
  async function boundBelow(
    link: string,
    rights: Readonly<Record<string, { readonly uid: number }>> = { '/ws/a/.env': own },
    granted = '/ws',
  ): Promise<readonly [readonly string[], NormalisedPolicy['notes']]> {
    const files = {
      ...fakeFiles({ '/ws/a/.env': { link }, '/ws/src/key': { text: '' }, '/srv/key': { text: '' } }, rights),
      isOwn: ({ uid }: { readonly uid: number }) => uid === own.uid,
    };
    const setting = { roots: ROOTS, files, source: 'ceiling' } as const;
    const json = JSON.stringify(INTENT)
      .replace('/ws/**/.env', '/ws/**/.*')
      .replace(
        '"type":"special","value":{"kind":"project_roots"}',
        `"type":"path","path":"file://${granted}"`,
      );
    const intent = JSON.parse(json) as SandboxIntent;
    const scans = globScansOf(intent, ROOTS, 'ceiling');
    const matches = await new PatternLooks(fakeScanning(files)).find(scans, files);
    const policy = normalise(intent, { ...setting, patterns: matches });
    return [policy === undefined ? [] : deniedBy(policy), policy?.notes ?? []];
  }

  const origin = { source: 'ceiling', entry: 'permissions.file_system.entries.2' };

  test.each(['/', '/srv/key', '/usr', '../../srv'])(
    'and that a command may have made denies nothing at %s, where that may not be written, and is told as a gap',
    async (target) => {
      const text =
        'the link /ws/a/.env denies nothing, since a command may have made it, and it leads out of /ws; name where it leads, or remove it';
      expect(await boundBelow(target)).toEqual([[], [{ origin, text, isGap: true }]]);
    },
  );

  test('denies what it leads to below the same root', async () => {
    expect(await boundBelow('../src/key')).toEqual([['/ws/src/key'], []]);
  });

  test.each<[string, Parameters<typeof boundBelow>]>([
    ['that another user has made', ['/srv/key', { '/ws/a/.env': { uid: 0 } }]],
    ['where nothing may be written', ['/srv/key', { '/ws/a/.env': own }, '/tmp']],
  ])('%s denies what it leads to', async (_, given) => {
    expect((await boundBelow(...given))[0]).toEqual(['/srv/key']);
  });
});
