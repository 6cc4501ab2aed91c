import { describe, expect, test } from 'vitest';
import type { FileFacts, FileView } from '../files/file-facts.js';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import { LEVELS_PER_ENTRY, MAX_CEILING_MOUNTS, MAX_GLOB_MATCHES, MAX_SCANNED_ENTRIES } from '../limits.js';
import type { ScanTools } from '../repositories/scan-tree.js';
import { fakeScanning } from '../repositories/testing/fake-scans.js';
import { FillablePlaces } from './fillable-places.js';
import { globScansOf } from './glob-scans.js';
import { normalise } from './normalise.js';
import { PatternLooks } from './pattern-looks.js';
import type { SandboxIntent } from './schema.js';

const ROOTS = { cwd: '/ws', tmpdir: undefined, slashTmp: '/tmp', minimal: [] };

const KEYS = '/ws/**/*.key';

/** What a ceiling denies and tells where commands have left these files in `/ws`, `/ws/sub` and `/other`, which may be written. */
async function bound(
  left: Readonly<Record<string, FakeFile>>,
  {
    pattern = KEYS,
    list = {},
    unnamed = [],
  }: {
    readonly pattern?: string;
    /** So many files are in a directory, besides. */
    readonly list?: Readonly<Record<string, number>>;
    readonly unnamed?: readonly string[];
  } = {},
): Promise<readonly [denied: readonly string[], notes: readonly string[]]> {
  const intent: SandboxIntent = {
    permissions: {
      type: 'managed',
      file_system: {
        type: 'restricted',
        entries: [
          { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
          { path: { type: 'glob_pattern', pattern }, access: 'deny' },
          ...['/ws', '/ws/sub', '/other'].map((path) => ({
            path: { type: 'path', path: `file://${path}` } as const,
            access: 'write' as const,
          })),
        ],
      },
      network: 'restricted',
    },
    windowsSandboxLevel: 'disabled',
  };
  const files = fakeFiles({
    '/ws/sub/b.key': { text: '' },
    '/other': 'directory',
    '/etc/a.key': { text: '' },
    ...left,
  });
  const bind = (patterns: Parameters<typeof normalise>[1]['patterns']) => {
    const policy = normalise(intent, { roots: ROOTS, files, patterns, source: 'ceiling' });
    if (policy === undefined) throw new Error('the intent confines nothing');
    return policy;
  };
  const matches = await new PatternLooks(toolsOf(files, list, unnamed)).find(
    globScansOf(intent, ROOTS, 'ceiling'),
    files,
    undefined,
    { fillable: new FillablePlaces(bind('leftOut').rules, files) },
  );
  const { rules, notes } = bind(matches);
  return [
    rules.filter(({ access }) => access === 'deny').map(({ path }) => path),
    notes.map(({ text }) => text),
  ];
}

function toolsOf(
  files: FileView,
  more: Readonly<Record<string, number>>,
  unnamed: readonly string[],
): ScanTools {
  const tools = fakeScanning(files);
  return {
    ...tools,
    files: {
      ...tools.files,
      exists: (path) => !unnamed.includes(path),
      async *list(directory) {
        yield* tools.files.list(directory);
        for (let left = more[directory] ?? 0; left > 0; left -= 1000)
          yield Array.from({ length: 1000 }, (_, at) => ({ name: `${at}`, isDirectory: false }));
      },
    },
  };
}

function keysIn(directory: string, count: number): Readonly<Record<string, FakeFile>> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, at): [string, FakeFile] => [`${directory}/${at}.key`, { text: '' }]),
  );
}

describe('a directory that a command may fill is denied as a whole', () => {
  test.each<[string, FakeFile]>([
    ['/ws/d/\ufffd', 'directory'],
    ['/ws/d/\ufffd.key', { text: '' }],
  ])('for a name in it that cannot be denied (%s)', async (unnamed, file) => {
    expect(await bound({ [unnamed]: file }, { unnamed: [unnamed] })).toEqual([
      ['/ws/d', '/ws/sub/b.key'],
      [
        `/ws/d is denied as a whole: ${unnamed} has a name that is not UTF-8 and may match ${KEYS}; rename it`,
      ],
    ]);
  });

  test('with what is granted in it', async () => {
    const top = '/ws/\ufffd';
    expect(await bound({ [top]: 'directory' }, { unnamed: [top] })).toEqual([
      ['/ws', '/ws/sub'],
      [`/ws is denied as a whole: ${top} has a name that is not UTF-8 and may match ${KEYS}; rename it`],
    ]);
  });

  test.each([MAX_CEILING_MOUNTS, MAX_GLOB_MATCHES])(
    'for more than MAX_CEILING_MOUNTS, and what matches elsewhere in detail (%d matches)',
    async (count) => {
      expect(await bound(keysIn('/ws/evil', count))).toEqual([
        ['/ws/evil', '/ws/sub/b.key'],
        [
          `/ws/evil is denied as a whole: what matches where commands may write needs more than ${MAX_CEILING_MOUNTS} mounts, and much of it lies there; remove some`,
        ],
      ]);
    },
  );

  test('for more than there may be to look at, and the rest is looked at', async () => {
    const more = { list: { '/ws/evil': MAX_SCANNED_ENTRIES } };
    expect(await bound({ '/ws/evil': 'directory', '/ws/z/z/c.key': { text: '' } }, more)).toEqual([
      ['/ws/evil', '/ws/sub/b.key', '/ws/z/z/c.key'],
      [
        `/ws/evil is denied as a whole: there are more than ${MAX_SCANNED_ENTRIES} entries to look at, or 20000000 names to compare, where commands may write; remove some`,
      ],
    ]);
  });

  test('for directories that lie deeper than there may be to look at, which count more', async () => {
    const depth = 2 * Math.sqrt((MAX_SCANNED_ENTRIES * LEVELS_PER_ENTRY) / 2);
    const chain = `/ws/evil${'/d'.repeat(depth)}`;
    const [denied] = await bound({ [chain]: 'directory', '/ws/z/z/c.key': { text: '' } });
    expect([denied.length, denied[0]?.slice(0, 8), denied.slice(1)]).toEqual([
      3,
      '/ws/evil',
      ['/ws/sub/b.key', '/ws/z/z/c.key'],
    ]);
  });

  test('once that is not enough, whatever has not been looked at', async () => {
    const list = { '/ws/a': MAX_SCANNED_ENTRIES, '/ws/b': MAX_SCANNED_ENTRIES, '/ws/c': MAX_SCANNED_ENTRIES };
    const directories = Object.fromEntries(
      Object.keys(list).map((path): [string, FakeFile] => [path, 'directory']),
    );
    const [denied] = await bound({ ...directories, '/ws/z/z/c.key': { text: '' } }, { list });
    expect(denied).toEqual(['/ws/a', '/ws/b', '/ws/c', '/ws/sub/b.key', '/ws/z/z']);
  });

  test('and what no command can fill is looked at all the same', async () => {
    const list = { '/other': 2 * MAX_SCANNED_ENTRIES };
    expect((await bound({}, { pattern: '/**/*.key', list }))[0]).toEqual([
      '/etc/a.key',
      '/other',
      '/ws/sub/b.key',
    ]);
  });
});

describe('what no command can have made is refused as ever', () => {
  test('for its name', async () => {
    const unnamed = ['/etc/\ufffd'];
    await expect(
      bound({ '/etc/\ufffd': 'directory' }, { pattern: '/etc/**/*.key', unnamed }),
    ).rejects.toThrow(
      'ceiling: permissions.file_system.entries.1: /etc/\ufffd has a name that is not UTF-8 and may match /etc/**/*.key; rename it',
    );
  });

  test('for its number', async () => {
    const pattern = '/etc/**/*.key';
    await expect(bound(keysIn('/etc/d', MAX_GLOB_MATCHES), { pattern })).rejects.toThrow(
      `there are more than ${MAX_GLOB_MATCHES} matches`,
    );
    await expect(bound({}, { pattern, list: { '/etc': MAX_SCANNED_ENTRIES } })).rejects.toThrow(
      `there are more than ${MAX_SCANNED_ENTRIES} entries to look at`,
    );
  });
});

test('two ceilings with the same pattern do not share a look', async () => {
  const files: FileFacts & FileView = fakeFiles({ '/ws/\ufffd': 'directory' });
  const looks = new PatternLooks(toolsOf(files, {}, ['/ws/\ufffd']));
  const scan = { pattern: KEYS, origin: 'entry', directory: '/ws', maxDepth: undefined };
  const rule = {
    path: '/ws',
    access: 'write',
    kind: 'directory',
    identity: undefined,
    isShared: false,
  } as const;
  const origin = { source: 'ceiling', entry: 'entries.0' } as const;
  const found = await Promise.allSettled([
    looks.find([scan], files, undefined, { fillable: new FillablePlaces([{ ...rule, origin }], files) }),
    looks.find([scan], files, undefined, { fillable: new FillablePlaces([{ ...rule, origin }], files) }),
    looks.find([scan], files, undefined, {
      fillable: new FillablePlaces([{ ...rule, origin, access: 'read' }], files),
    }),
    looks.find([scan], files),
  ]);
  expect(found.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
});
