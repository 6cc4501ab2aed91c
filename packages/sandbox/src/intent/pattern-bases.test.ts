import { describe, expect, test } from 'vitest';
import type { FileFacts } from '../files/file-facts.js';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import type { ProfileSource } from '../policy/rule-origin.js';
import { fakeScanning } from '../repositories/testing/fake-scans.js';
import { globScansOf } from './glob-scans.js';
import { normalise } from './normalise.js';
import { scansWithBase } from './pattern-bases.js';
import { PatternLooks } from './pattern-looks.js';
import type { SandboxIntent } from './schema.js';

const ROOTS = { cwd: '/ws', tmpdir: undefined, slashTmp: '/tmp', minimal: [] };

const BASE = '/ws/secrets';

const ENTRIES: SandboxIntent['permissions'] = {
  type: 'managed',
  file_system: {
    type: 'restricted',
    entries: [
      // What it says of paths counts wherever that stands.
      { path: { type: 'glob_pattern', pattern: `${BASE}/**/*.key` }, access: 'deny' },
      { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
      { path: { type: 'path', path: 'file:///ws' }, access: 'write' },
      { path: { type: 'path', path: 'file:///ws/granted' }, access: 'write' },
    ],
  },
  network: 'restricted',
};

const TREE: Readonly<Record<string, FakeFile>> = {
  '/etc/a.key': { text: '' },
  '/link': { link: 'etc' },
  '/ws/own/a.key': { text: '' },
  '/proc/self': 'directory',
  '/root': 'shut',
};

/** What is denied where a command has left these files, what was looked at on the way there, and what is told. */
async function bound(
  left: Readonly<Record<string, FakeFile>>,
  permissions = ENTRIES,
  source: ProfileSource = 'ceiling',
  differing: Partial<FileFacts> = {},
): Promise<{
  readonly denied: readonly string[];
  readonly looked: readonly string[];
  readonly notes: readonly string[];
}> {
  const intent: SandboxIntent = { permissions, windowsSandboxLevel: 'disabled' };
  const files = { ...fakeFiles({ ...TREE, ...left }), ...differing };
  const looked: string[] = [];
  const watched = { ...files, look: (path: string) => (looked.push(path), files.look(path)) };
  const named = normalise(intent, { roots: ROOTS, files, patterns: 'leftOut', source });
  if (named === undefined) throw new Error('the intent confines nothing');
  const scans = scansWithBase(globScansOf(intent, ROOTS, source), named, watched, source);
  const matches = await new PatternLooks(fakeScanning(files)).find(scans, files);
  const { rules, notes } = normalise(intent, { roots: ROOTS, files, patterns: matches, source }) ?? named;
  return {
    denied: rules.filter(({ access }) => access === 'deny').map(({ path }) => path),
    looked: looked.filter((path) => !path.startsWith('/ws') && path !== '/'),
    notes: notes.map(({ text }) => text).filter((text) => !text.endsWith('is skipped')),
  };
}

test('a pattern of an intent is enforced wherever a link leads, or refused', async () => {
  const { denied, notes } = await bound({ [BASE]: { link: '/etc' } }, ENTRIES, 'intent');
  expect([denied, notes]).toEqual([['/etc/a.key'], []]);
  await expect(bound({ [BASE]: { link: 'secrets' } }, ENTRIES, 'intent')).rejects.toThrow(
    'leads in a circle',
  );
});

const LED_AWAY = `nothing is denied below ${BASE}, since a command may have made the link ${BASE}, which leads elsewhere; name where it leads, or remove it`;

describe('below a link where a command may write', () => {
  test.each(['secrets', '/', '/etc', '/link', '/proc/self', '/root/x', '../other', '/nothing'])(
    'that leads to %s a pattern matches nothing, and nothing is looked at there',
    async (link) => {
      expect(await bound({ [BASE]: { link } })).toEqual({ denied: [], looked: [], notes: [LED_AWAY] });
    },
  );

  test('that leads elsewhere below the same root it matches what is there', async () => {
    const { denied, notes } = await bound({ [BASE]: { link: 'own' } });
    expect([denied, notes]).toEqual([['/ws/own/a.key'], []]);
  });

  test('that another user has made it matches what is there', async () => {
    const isOwn = ({ uid }: { readonly uid: number }): boolean => uid === 1;
    const { denied, notes } = await bound({ [BASE]: { link: '/etc' } }, ENTRIES, 'ceiling', { isOwn });
    expect([denied, notes]).toEqual([['/etc/a.key'], []]);
  });

  test('that leads to what is kept missing there it matches nothing', async () => {
    const permissions = JSON.parse(
      JSON.stringify(ENTRIES).replace('/ws/granted"},"access":"write"', '/ws/kept"},"access":"deny"'),
    ) as typeof ENTRIES;
    const { denied, notes } = await bound({ [BASE]: { link: 'kept' } }, permissions);
    expect([denied, notes]).toEqual([['/ws/kept'], []]);
  });

  test('by which something is granted as well it matches what is there', async () => {
    const permissions = JSON.parse(JSON.stringify(ENTRIES).replace('/ws/granted', BASE)) as typeof ENTRIES;
    const { denied, notes } = await bound({ [BASE]: { link: '/etc' } }, permissions);
    const told = `${BASE} leads to /etc by the link ${BASE}, which a command may replace: the next start opens what it leads to then; name /etc`;
    expect([denied, notes]).toEqual([['/etc/a.key'], [told]]);
  });
});

describe('where everything may be written', () => {
  const all = JSON.parse(
    JSON.stringify(ENTRIES).replace('"read"', '"write"').replace('/ws"', '/tmp"'),
  ) as typeof ENTRIES;

  test('no link leads on', async () => {
    expect(await bound({ [BASE]: { link: 'own' } }, all)).toEqual({
      denied: [],
      looked: [],
      notes: [LED_AWAY],
    });
  });

  test.each<[string, Readonly<Record<string, FakeFile>>]>([
    ['at the top', { '/ws': { link: 'var/ws' }, '/var/ws/secrets/a.key': { text: '' } }],
    [
      'where nobody can make any',
      { '/ws': 'sealed', [BASE]: { link: '/var/ws/secrets' }, '/var/ws/secrets/a.key': { text: '' } },
    ],
  ])('but those %s', async (_, left) => {
    const { denied, notes } = await bound(left, all);
    expect([denied, notes]).toEqual([['/var/ws/secrets/a.key'], []]);
  });
});

test.each(['shut', 'shutByOthers'] as const)(
  'a directory above it that lets nobody in is denied as a whole (%s)',
  async (shut) => {
    const permissions = JSON.parse(
      JSON.stringify(ENTRIES).replace(`${BASE}/`, '/ws/shut/secrets/'),
    ) as typeof ENTRIES;
    const { denied, notes } = await bound({ '/ws/shut': shut }, permissions);
    expect([denied, notes]).toEqual([
      ['/ws/shut'],
      ['/ws/shut cannot be looked into, so it is denied as a whole; let this user enter it'],
    ]);
  },
);
