import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ancestorsOf, childOf, isWithin } from '../files/paths.js';
import { StalePlan } from '../files/stale-plan.js';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import { MAX_SCANNED_ENTRIES } from '../limits.js';
import { indexRules } from '../policy/access.js';
import { compileGlob } from '../policy/glob.js';
import type { Access, NormalisedPolicy } from '../policy/path-rule.js';
import type { ProfileSource } from '../policy/rule-origin.js';
import { ShutDirectory } from '../repositories/scan-files.js';
import type { ScanTools } from '../repositories/scan-tree.js';
import { fakeScanning } from '../repositories/testing/fake-scans.js';
import { FillablePlaces } from './fillable-places.js';
import { globScansOf } from './glob-scans.js';
import { normalise } from './normalise.js';
import { OpenedPaths } from './opened-paths.js';
import { PatternLooks } from './pattern-looks.js';
import type { SandboxIntent } from './schema.js';

const ROOTS = { cwd: '/ws', tmpdir: undefined, slashTmp: '/tmp', minimal: [] };

const TREE: Readonly<Record<string, FakeFile>> = {
  '/ws/.token': { text: '' },
  '/ws/.config/.token': { text: '' },
  '/ws/.config/app/.token': { text: '' },
  '/ws/.config/app/settings': { text: '' },
  '/ws/.config/app/sub/.token': { text: '' },
  '/ws/.config/app/.cache/open/.token': { text: '' },
  '/ws/.config/cache/.token': { text: '' },
};

type Named = Readonly<Record<string, Access>>;

interface Profile {
  readonly source?: ProfileSource;
  readonly pattern?: string;
  readonly maxDepth?: number;
  readonly tree?: Readonly<Record<string, FakeFile>>;
  readonly changes?: (files: ScanTools['files']) => Partial<ScanTools['files']>;
  /** What the profile named when its pattern was looked for; default the same. */
  readonly before?: Named;
}

/** What comes of a profile that lets all be read, and what was listed for its pattern. */
async function bound(
  named: Named,
  { source = 'intent', pattern = '**/.*', maxDepth, tree = TREE, changes, before = named }: Profile = {},
): Promise<{ readonly policy: NormalisedPolicy; readonly listed: readonly string[] }> {
  const files = fakeFiles(tree);
  const tools = fakeScanning(files);
  const listed: string[] = [];
  const scanned = { ...tools.files, ...changes?.(tools.files) };
  const watched: ScanTools['files'] = {
    ...scanned,
    list: (directory) => (listed.push(directory), scanned.list(directory)),
  };
  const bind = (some: Named, patterns: Parameters<typeof normalise>[1]['patterns']): NormalisedPolicy => {
    const intent = intentOf(some, pattern, maxDepth);
    const policy = normalise(intent, { roots: ROOTS, files, patterns, source });
    if (policy === undefined) throw new Error('the intent confines nothing');
    return policy;
  };
  const { rules } = bind(before, 'leftOut');
  const opened = new OpenedPaths(rules);
  const fillable = source === 'ceiling' ? { fillable: new FillablePlaces(rules, files) } : {};
  const scans = globScansOf(intentOf(before, pattern, maxDepth), ROOTS, source);
  const looks = new PatternLooks({ ...tools, files: watched });
  const found = await looks.find(scans, files, undefined, { opened, ...fillable });
  return { policy: bind(named, found), listed };
}

function intentOf(named: Named, pattern: string, maxDepth: number | undefined): SandboxIntent {
  const entries = [
    { path: { type: 'special', value: { kind: 'root' } }, access: 'read' } as const,
    { path: { type: 'glob_pattern', pattern }, access: 'deny' } as const,
    ...Object.entries(named).map(([path, access]) => ({
      path: { type: 'path', path: `file://${path}` } as const,
      access,
    })),
  ];
  const depth = maxDepth === undefined ? {} : { glob_scan_max_depth: maxDepth };
  return {
    permissions: {
      type: 'managed',
      file_system: { type: 'restricted', entries, ...depth },
      network: 'restricted',
    },
    windowsSandboxLevel: 'disabled',
  };
}

/** The denied paths. */
async function denied(named: Named, profile?: Profile): Promise<readonly string[]> {
  const { policy } = await bound(named, profile);
  return policy.rules.filter(({ access }) => access === 'deny').map(({ path }) => path);
}

describe.each<ProfileSource>(['intent', 'ceiling'])(
  'in a directory that a pattern of the %s matches',
  (source) => {
    test.each<Access>(['read', 'write'])(
      'it denies what it matches in a part that may be %s, too, and looks nowhere else',
      async (access) => {
        const { policy, listed } = await bound({ '/ws/.config/app': access }, { source });
        expect(policy.rules.map((rule) => [rule.path, rule.access])).toEqual([
          ['/', 'read'],
          ['/ws/.config', 'deny'],
          ['/ws/.config/app', access],
          ['/ws/.config/app/.cache', 'deny'],
          ['/ws/.config/app/.token', 'deny'],
          ['/ws/.config/app/sub/.token', 'deny'],
          ['/ws/.token', 'deny'],
        ]);
        expect([...listed].sort()).toEqual(['/ws', '/ws/.config/app', '/ws/.config/app/sub']);
      },
    );

    test('it denies a file that an entry opens and that it matches itself', async () => {
      expect(await denied({ '/ws/.config/app/.token': 'read' }, { source })).toEqual([
        '/ws/.config',
        '/ws/.config/app/.token',
        '/ws/.token',
      ]);
    });

    test('it is looked for again in what is opened further down', async () => {
      const named = { '/ws/.config/app': 'write', '/ws/.config/app/.cache/open': 'read' } as const;
      expect(await denied(named, { source })).toEqual([
        '/ws/.config',
        '/ws/.config/app/.cache',
        '/ws/.config/app/.cache/open/.token',
        '/ws/.config/app/.token',
        '/ws/.config/app/sub/.token',
        '/ws/.token',
      ]);
    });

    test('it looks no deeper than the profile says', async () => {
      expect(await denied({ '/ws/.config/app': 'read' }, { source, maxDepth: 3 })).toEqual([
        '/ws/.config',
        '/ws/.config/app/.cache',
        '/ws/.config/app/.token',
        '/ws/.token',
      ]);
    });

    test('it denies the same where the directory cannot be read', async () => {
      const changes: Profile['changes'] = (files) => ({
        async *list(directory) {
          if (directory === '/ws/shut') throw new ShutDirectory(directory);
          yield* files.list(directory);
        },
      });
      const tree = { '/ws/shut/app/.token': { text: '' }, '/ws/shut/.token': { text: '' } };
      expect(await denied({ '/ws/shut/app': 'read' }, { source, tree, changes })).toEqual([
        '/ws/shut',
        '/ws/shut/app/.token',
      ]);
    });

    test('a plan is made anew where something in it was opened since', async () => {
      const since = bound({ '/ws/.config/app': 'read' }, { source, before: {} });
      await expect(since).rejects.toThrow(StalePlan);
      await expect(since).rejects.toThrow('/ws/.config/app came up while the sandbox was planned; try again');
      await expect(bound({ '/ws/plain': 'read' }, { source, before: {} })).resolves.toBeDefined();
    });
  },
);

test('what there is to look at in opened parts counts as elsewhere', async () => {
  const changes: Profile['changes'] = (files) => ({
    async *list(directory) {
      if (directory !== '/ws/.config/app') yield* files.list(directory);
      else
        yield await Promise.resolve(
          Array.from({ length: MAX_SCANNED_ENTRIES }, (_, at) => ({ name: `${at}`, isDirectory: false })),
        );
    },
  });
  await expect(bound({ '/ws/.config/app': 'read' }, { changes })).rejects.toThrow(
    `with the pattern **/.* there are more than ${MAX_SCANNED_ENTRIES} entries to look at`,
  );
  await expect(bound({ '/ws/.config/cache': 'read' }, { changes })).resolves.toBeDefined();
});

test('profiles that open other parts do not share a look', async () => {
  const files = fakeFiles(TREE);
  const looks = new PatternLooks(fakeScanning(files));
  const found = await Promise.all(
    [{ '/ws/.config/app': 'read' }, {}, { '/ws/.config/app': 'read' }].map(async (named) => {
      const intent = intentOf(named as Named, '**/.*', undefined);
      const policy = normalise(intent, { roots: ROOTS, files, patterns: 'leftOut' });
      const opened = new OpenedPaths(policy?.rules ?? []);
      const scans = globScansOf(intentOf({}, '**/.*', undefined), ROOTS);
      const matches = await looks.find(scans, files, undefined, { opened });
      return [...matches.values()].map(({ paths }) => paths.length);
    }),
  );
  expect(found).toEqual([[5], [2], [5]]);
});

const NAMES = ['a', '.a', 'b', '.b'] as const;
const path = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 5 })
  .map((names) => names.reduce(childOf, '/ws'));

test('the longest path decides, be it of an entry or of a match, and of the same deny', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(path, { minLength: 1, maxLength: 12 }),
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom<Access>('deny', 'read', 'write')), {
        maxLength: 5,
      }),
      fc.constantFrom('**/.*', '**/a', '.a/**/b', '*/.b/**', '/ws/**/a/*'),
      fc.constantFrom<ProfileSource>('intent', 'ceiling'),
      async (files, picks, pattern, source) => {
        const held = new Set(files.flatMap((file) => ancestorsOf(file)));
        const leaves = files.filter((file) => !held.has(file));
        const tree = Object.fromEntries(leaves.map((file) => [file, { text: '' }]));
        const all = [...new Set(leaves.flatMap((file) => [file, ...ancestorsOf(file)]))].filter((one) =>
          isWithin(one, '/ws'),
        );
        const named = Object.fromEntries(
          picks.map(([at, , access]) => [all[at % all.length] ?? '/ws', access]),
        );
        const { rules } = (await bound(named, { source, pattern, tree })).policy;
        const glob = compileGlob(pattern, '/ws');
        const expected = (file: string): Access => {
          const nearest = [file, ...ancestorsOf(file)].find((one) => glob.matches(one) || one in named);
          if (nearest === undefined) return 'read';
          return glob.matches(nearest) ? 'deny' : (named[nearest] ?? 'read');
        };
        expect(leaves.map((file) => [file, indexRules(rules).accessAt(file)])).toEqual(
          leaves.map((file) => [file, expected(file)]),
        );
      },
    ),
    { numRuns: 300 },
  );
});
