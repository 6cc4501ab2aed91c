import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  MAX_KNOWN_REPOSITORIES,
  MAX_REMEMBERED_SCANS,
  MAX_SCANNED_DIRECTORIES,
  MAX_SCANNED_TREE_ENTRIES,
  MAX_SMALL_FILE_BYTES,
} from '../limits.js';
import { RepositoryScans } from './repository-scans.js';
import type { ScannedTree, ScanTarget } from './scan-tree.js';
import { ChangingTree } from './testing/changing-tree.js';
import { fakeScanTools } from './testing/fake-scans.js';

const GRAIN_MS = 10;

function target(root: string, changes: Partial<ScanTarget> = {}): ScanTarget {
  return { root, except: new Set(), maxDirectories: 100, ...changes };
}

function treeOf(...paths: readonly string[]): ChangingTree {
  const tree = new ChangingTree(GRAIN_MS);
  for (const path of paths) {
    const names = path.split('/').slice(1);
    names.forEach((_, at) => {
      const isLast = at === names.length - 1;
      tree.make(
        `/${names.slice(0, at + 1).join('/')}`,
        !isLast || path.endsWith('/') || !path.includes('.f'),
      );
    });
  }
  return tree;
}

function scansOf(tree: ChangingTree): RepositoryScans {
  return new RepositoryScans(fakeScanTools(tree, () => tree.nowMs));
}

describe('a look below a root', () => {
  test('finds repositories at any depth, what points to them, submodules and bare ones', async () => {
    const repository = ['HEAD', 'objects', 'refs'];
    const tree = treeOf(
      ...repository.map((name) => `/ws/a/b/.git/${name}`),
      ...repository.map((name) => `/ws/a/b/.git/modules/deep/lib/${name}`),
      ...repository.map((name) => `/ws/srv/x.git/${name}`),
      '/ws/a/b/.git/objects/ab/not/.git',
    );
    tree.make('/ws/worktree', true);
    tree.make('/ws/worktree/.git', false);
    expect(await scansOf(tree).find(target('/ws'))).toEqual({
      gitPaths: ['/ws/worktree/.git', '/ws/a/b/.git'],
      repositories: ['/ws/srv/x.git', '/ws/a/b/.git', '/ws/a/b/.git/modules/deep/lib'],
      shut: [],
      unseen: undefined,
    });
  });

  test('finds what git takes for a linked worktree, but for those of a repository that it has found', async () => {
    const tree = treeOf('/ws/.git/worktrees/a/odd', '/ws/git/worktrees', '/ws/x/commondir');
    for (const name of ['.git/worktrees/a', '.git/worktrees/a/odd', 'git/worktrees/b', 'c']) {
      tree.make(`/ws/${name}`, true);
      for (const file of ['HEAD', 'commondir']) tree.make(`/ws/${name}/${file}`, false);
    }
    tree.make('/ws/x/HEAD', false);
    tree.make('/ws/d', true);
    for (const file of ['gitdir', 'commondir']) tree.make(`/ws/d/${file}`, false);
    const found = ['/ws/c', '/ws/d', '/ws/.git', '/ws/git/worktrees/b', '/ws/.git/worktrees/a/odd'];
    const scans = scansOf(tree);
    expect([
      (await scans.find(target('/ws'))).repositories,
      (await scans.find(target('/ws/.git/worktrees'))).repositories,
      (await scans.find(target('/ws/.git/worktrees/a'))).repositories,
    ]).toEqual([
      found,
      ['/ws/.git/worktrees/a', '/ws/.git/worktrees/a/odd'],
      ['/ws/.git/worktrees/a', '/ws/.git/worktrees/a/odd'],
    ]);
  });

  test('knows one by its config, which stays as it is, where a command took away what else tells of one', async () => {
    const tree = treeOf('/ws/x.git/refs', '/ws/other/refs', '/ws/deep/a');
    for (const directory of ['/ws/x.git', '/ws/other', '/ws/deep/a']) tree.make(`${directory}/config`, false);
    tree.make('/ws/config', true);
    tree.texts.set('/ws/x.git/config', '[core]\n\trepositoryformatversion = 0\n\tbare = true\n');
    tree.texts.set('/ws/other/config', 'bare = of what git writes\n');
    expect((await scansOf(tree).find(target('/ws'))).repositories).toEqual(['/ws/x.git']);
  });

  test('looks for the mark in configs of nothing but line ends, and comes to an end', async () => {
    const directories = Array.from({ length: 40 }, (_, at) => `/ws/x${at}`);
    const tree = treeOf(...directories);
    for (const directory of directories) {
      tree.make(`${directory}/config`, false);
      tree.texts.set(`${directory}/config`, '\n'.repeat(MAX_SMALL_FILE_BYTES));
    }
    expect((await scansOf(tree).find(target('/ws'))).repositories).toEqual([]);
  });

  test('goes on below what only looks like a repository, and leaves nothing out there for its name', async () => {
    const tree = treeOf(
      ...['HEAD', 'objects', 'refs'].map((name) => `/ws/proj/${name}`),
      ...['foo', 'modules', 'objects/ab', 'objects/ab/c', 'refs/x', 'hooks', 'logs'].map(
        (name) => `/ws/proj/${name}/.git`,
      ),
    );
    expect((await scansOf(tree).find(target('/ws'))).gitPaths).toEqual([
      '/ws/proj/foo/.git',
      '/ws/proj/modules/.git',
      '/ws/proj/hooks/.git',
      '/ws/proj/logs/.git',
      '/ws/proj/objects/ab/.git',
      '/ws/proj/refs/x/.git',
      '/ws/proj/objects/ab/c/.git',
    ]);
  });

  test('in a directory called .git leaves out what stays as it is or is filled by programs, and has what git keeps come last', async () => {
    const tree = treeOf(
      ...['objects/ab', 'hooks', 'lfs/objects', 'annex/objects'].map((name) => `/ws/.git/${name}/x/.git`),
      ...['objects', 'refs/heads', 'logs/refs', 'info', 'lfs', 'annex', 'mine/wt', 'worktrees/a'].map(
        (name) => `/ws/.git/${name}/y/.git`,
      ),
      '/ws/.git/modules/objects/ab/.git',
      '/ws/node_modules/a/b/c/d/.git',
    );
    tree.make('/ws/.git/objects/z', true);
    for (const name of ['HEAD', 'objects', 'refs']) tree.make(`/ws/.git/objects/z/${name}`, false);
    const { gitPaths, repositories } = await scansOf(tree).find(target('/ws'));
    expect({ gitPaths, bare: repositories.filter((at) => !at.endsWith('/.git')) }).toEqual({
      gitPaths: [
        '/ws/.git',
        '/ws/.git/mine/wt/y/.git',
        '/ws/.git/modules/objects/ab/.git',
        '/ws/.git/worktrees/a/y/.git',
        '/ws/node_modules/a/b/c/d/.git',
        '/ws/.git/annex/y/.git',
        '/ws/.git/info/y/.git',
        '/ws/.git/lfs/y/.git',
        '/ws/.git/objects/y/.git',
        '/ws/.git/logs/refs/y/.git',
        '/ws/.git/refs/heads/y/.git',
      ],
      bare: ['/ws/.git/objects/z'],
    });
  });

  test.each([
    ['none of them counts where links tell that they hold no directory', true, undefined],
    ['all of them count where links tell nothing', false, 'it has more than 20 directories'],
  ])('of the objects of a bare repository %s', async (_, countsLinks, unseen) => {
    const objects = Array.from({ length: 40 }, (__, at) => `/ws/x.git/objects/${at + 10}/file.f`);
    const tree = treeOf('/ws/x.git/HEAD', '/ws/x.git/refs', ...objects);
    tree.make('/ws/x.git/objects/30/.git', false);
    tree.setShut('/ws/x.git/objects/32', true);
    tree.make('/ws/x.git/objects/31/deep', true);
    tree.make('/ws/x.git/objects/31/deep/.git', true);
    tree.countsLinks = countsLinks;
    expect(await scansOf(tree).find(target('/ws', { maxDirectories: 20 }))).toMatchObject({
      gitPaths: countsLinks ? ['/ws/x.git/objects/30/.git', '/ws/x.git/objects/31/deep/.git'] : [],
      shut: countsLinks ? ['/ws/x.git/objects/32'] : [],
      unseen,
    });
  });

  test('finds one in a directory called objects, where a command had it look like that of a repository', async () => {
    const tree = treeOf('/ws/refs', '/ws/objects/p.git', '/ws/objects/ab');
    for (const file of ['/ws/HEAD', '/ws/objects/p.git/config']) tree.make(file, false);
    tree.texts.set('/ws/objects/p.git/config', '[core]\n\trepositoryformatversion = 0\n');
    expect((await scansOf(tree).find(target('/ws'))).repositories).toEqual(['/ws', '/ws/objects/p.git']);
  });

  test('tells of names that are no text also where a directory stands at what it reads', async () => {
    const tree = treeOf('/ws/\ufffd/.git');
    expect(await scansOf(tree).find(target('/ws'))).toEqual({
      gitPaths: ['/ws/\ufffd/.git'],
      repositories: ['/ws/\ufffd/.git'],
      shut: [],
      unseen: 'a directory in it has a name that is not UTF-8',
    });
  });

  test('leaves out what it is told to', async () => {
    const tree = treeOf('/ws/a/.git', '/ws/b/.git', '/ws/b/c/.git');
    expect((await scansOf(tree).find(target('/ws', { except: new Set(['/ws/b']) }))).gitPaths).toEqual([
      '/ws/a/.git',
    ]);
  });

  test('ends at its bound, shallow directories first and those of package managers last', async () => {
    const tree = treeOf('/ws/node_modules/x/.git', '/ws/a/b/.git');
    expect(await scansOf(tree).find(target('/ws', { maxDirectories: 4 }))).toEqual({
      gitPaths: ['/ws/a/b/.git'],
      repositories: ['/ws/a/b/.git'],
      shut: [],
      unseen: 'it has more than 4 directories',
    });
  });

  test('ends in a directory with more entries than are read, and sees a repository there', async () => {
    const tree = treeOf('/ws/a/b/.git', '/ws/z/.git');
    tree.more.set('/ws/a', MAX_SCANNED_TREE_ENTRIES);
    tree.make('/ws/a/.git', true);
    expect(await scansOf(tree).find(target('/ws'))).toEqual({
      gitPaths: ['/ws/a/.git'],
      repositories: [],
      shut: [],
      unseen: 'it has more than 100000 entries',
    });
  });

  test('reads so many entries of all directories together, and no more', async () => {
    const unseenWith = async (more: number): Promise<string | undefined> => {
      const tree = treeOf('/ws/a', '/ws/b');
      tree.more.set('/ws/b', more);
      return (await scansOf(tree).find(target('/ws'))).unseen;
    };
    // Two are the directories.
    expect(await unseenWith(MAX_SCANNED_TREE_ENTRIES - 2)).toBeUndefined();
    expect(await unseenWith(MAX_SCANNED_TREE_ENTRIES - 1)).toBe('it has more than 100000 entries');
  });

  test('reads no more names of directories in one directory than it looks at', async () => {
    const maxDirectories = 2 * MAX_SCANNED_DIRECTORIES;
    const unseenWith = async (count: number): Promise<string | undefined> => {
      const tree = treeOf('/ws');
      const many = Array.from({ length: count }, (_, at) => `/ws/${at}`);
      for (const path of many) tree.make(path, true);
      const wide = target('/ws', { maxDirectories, except: new Set(many) });
      return (await scansOf(tree).find(wide)).unseen;
    };
    expect(await unseenWith(MAX_SCANNED_DIRECTORIES)).toBeUndefined();
    expect(await unseenWith(MAX_SCANNED_DIRECTORIES + 1)).toBe(
      `it has more than ${maxDirectories} directories`,
    );
  });

  test('counts directories more that lie deep', async () => {
    const at = (depth: number): string => `/ws${'/d'.repeat(depth)}`;
    const tree = treeOf(at(100));
    tree.make(`${at(66)}/.git`, false);
    const lookedAt = async (maxDirectories: number): Promise<readonly unknown[]> => {
      const { gitPaths, unseen } = await scansOf(tree).find(target('/ws', { maxDirectories }));
      return [gitPaths, unseen];
    };
    // The first 64 count as one each, and the next 64 as two.
    const most = 64 + 2 * 3;
    const unseen = (count: number): string =>
      `it has more than ${count} directories, of which those that lie deep count more`;
    expect([await lookedAt(most - 1), await lookedAt(most)]).toEqual([
      [[], unseen(most - 1)],
      [[`${at(66)}/.git`], unseen(most)],
    ]);
  });

  test('finds the same however long it takes, and whatever the clock says', async () => {
    const tree = treeOf('/ws/a/b/.git', '/ws/c/.git');
    tree.onList = () => {
      // Others had the event loop for a minute, or this machine has slept.
      tree.nowMs += 60_000;
      return Promise.resolve();
    };
    expect(await scansOf(tree).find(target('/ws'))).toEqual({
      gitPaths: ['/ws/c/.git', '/ws/a/b/.git'],
      repositories: ['/ws/c/.git', '/ws/a/b/.git'],
      shut: [],
      unseen: undefined,
    });
  });

  test('finds what somebody else lets nobody list, but leaves it as it is where it was asked for by itself', async () => {
    const tree = treeOf('/ws/drop/p/.git', '/ws/a/.git');
    tree.setShut('/ws/drop', true, false);
    const found = await Promise.all(['/ws', '/ws/drop'].map((root) => scansOf(tree).find(target(root))));
    expect(found).toEqual([
      { gitPaths: ['/ws/a/.git'], repositories: ['/ws/a/.git'], shut: ['/ws/drop'], unseen: undefined },
      {
        gitPaths: [],
        repositories: [],
        shut: [],
        unseen: 'it is of somebody else, who lets nobody list it',
      },
    ]);
  });

  test('finds nothing where nothing is', async () => {
    expect(await scansOf(treeOf('/ws')).find(target('/gone'))).toEqual({
      gitPaths: [],
      repositories: [],
      shut: [],
      unseen: undefined,
    });
  });
});

describe('what is remembered', () => {
  test('is not read again', async () => {
    const tree = treeOf('/ws/a/b', '/ws/c');
    const scans = scansOf(tree);
    tree.nowMs = 60_000;
    await scans.find(target('/ws'));
    const before = tree.reads;
    await scans.find(target('/ws'));
    expect([before, tree.reads]).toEqual([4, 4]);
    tree.make('/ws/c/.git', false);
    expect((await scans.find(target('/ws'))).gitPaths).toEqual(['/ws/c/.git']);
    expect(tree.reads).toBe(5);
  });

  test('is that of so many roots, and of one more the one that was used longest ago is read again', async () => {
    const roots = Array.from({ length: MAX_REMEMBERED_SCANS + 1 }, (_, at) => `/${at}`);
    const tree = treeOf(...roots.map((root) => `${root}/a`));
    const scans = scansOf(tree);
    tree.nowMs = 60_000;
    const readsFor = async (asked: readonly string[]): Promise<number> => {
      const before = tree.reads;
      for (const root of asked) await scans.find(target(root));
      return tree.reads - before;
    };
    const most = roots.slice(0, MAX_REMEMBERED_SCANS);
    expect([await readsFor(most), await readsFor(most)]).toEqual([2 * MAX_REMEMBERED_SCANS, 0]);
    // The first is used again, so that the second is the oldest.
    expect(await readsFor(['/0', `/${MAX_REMEMBERED_SCANS}`])).toBe(2);
    expect([await readsFor(['/0']), await readsFor(['/1'])]).toEqual([0, 2]);
  });

  test('tells which directories stood where they stand, whatever was made in them, as long as each look finds them', async () => {
    const tree = treeOf('/ws/stays/x', '/ws/replaced', '/ws/gone', '/ws/kept');
    const scans = scansOf(tree);
    const below = target('/ws', { except: new Set(['/ws/kept']) });
    const paths = ['', '/stays', '/stays/x', '/replaced', '/gone', '/kept', '/made'].map(
      (name) => `/ws${name}`,
    );
    const stood = (sinceMs: number): readonly string[] =>
      paths.filter((path) => scans.stoodThere(below, path, sinceMs));
    tree.nowMs = 1_000;
    await scans.find(below);
    expect([stood(999), stood(1_000)]).toEqual([[], paths.slice(0, 5)]);
    tree.nowMs = 2_000;
    tree.make('/ws/stays/y', false);
    for (const path of ['/ws/replaced', '/ws/gone']) tree.remove(path);
    for (const path of ['/ws/replaced', '/ws/made']) tree.make(path, true);
    await scans.find(below);
    expect([stood(1_000), stood(2_000)]).toEqual([
      ['/ws', '/ws/stays', '/ws/stays/x'],
      ['/ws', '/ws/stays', '/ws/stays/x', '/ws/replaced', '/ws/made'],
    ]);
    expect(scans.stoodThere(target('/ws'), '/ws', 2_000)).toBe(false);
  });

  test('changes no answer, whatever has happened since', async () => {
    const name = fc.constantFrom('a', 'b', '.git', 'HEAD', 'objects', 'refs', 'modules');
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join('/')}`);
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('make' as const), path, isDirectory: fc.boolean() }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), path }) },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 4_000 }) }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('look' as const) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const tree = new ChangingTree(GRAIN_MS);
        const remembering = scansOf(tree);
        for (const one of steps) {
          if (one.kind === 'make') tree.make(one.path, one.isDirectory);
          if (one.kind === 'remove') tree.remove(one.path);
          if (one.kind === 'wait') tree.nowMs += one.ms;
          if (one.kind === 'look') {
            expect(await remembering.find(target('/'))).toEqual(await scansOf(tree).find(target('/')));
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a repository that was found', () => {
  const FLOOD = Array.from({ length: 10 }, (_, at) => `/ws/!${at}`);
  const few = (changes: Partial<ScanTarget> = {}): ScanTarget =>
    target('/ws', { maxDirectories: 8, ...changes });

  function flooded(): { readonly tree: ChangingTree; readonly flood: () => void } {
    const tree = treeOf('/ws/proj/.git/config.f');
    return { tree, flood: () => FLOOD.forEach((path) => tree.make(path, true)) };
  }

  test('is found again however much is made before it', async () => {
    const { tree, flood } = flooded();
    const scans = scansOf(tree);
    const before = await scans.find(few());
    flood();
    const after = await scans.find(few());
    expect([before, after]).toEqual([
      { gitPaths: ['/ws/proj/.git'], repositories: ['/ws/proj/.git'], shut: [], unseen: undefined },
      {
        gitPaths: ['/ws/proj/.git'],
        repositories: ['/ws/proj/.git'],
        shut: [],
        unseen: 'it has more than 8 directories',
      },
    ]);
    expect(await scans.find(few())).toEqual(after);
  });

  test('is one of so many, and of one more the one that was found last is not asked for', async () => {
    const count = MAX_KNOWN_REPOSITORIES + 1;
    const names = Array.from({ length: count }, (_, at) => `/ws/${at % 2}/${String(at).padStart(4, '0')}`);
    const tree = treeOf('/ws/0', '/ws/1');
    for (const name of names) {
      tree.make(name, true);
      tree.make(`${name}/.git`, false);
    }
    const scans = scansOf(tree);
    const { gitPaths: all } = await scans.find(target('/ws', { maxDirectories: 2 * count }));
    expect(all).toEqual(names.sort().map((name) => `${name}/.git`));
    // Now none of their directories is looked at.
    expect(await scans.find(few({ maxDirectories: 1 }))).toEqual({
      gitPaths: all.slice(0, MAX_KNOWN_REPOSITORIES),
      repositories: [],
      shut: [],
      unseen: 'it has more than 1 directories',
    });
  });

  test('is not forgotten for any number of other roots, with repositories in them or not', async () => {
    const { tree, flood } = flooded();
    const scans = scansOf(tree);
    await scans.find(few());
    for (let at = 0; at <= 2 * MAX_REMEMBERED_SCANS; at++) {
      tree.make(`/${at}${at % 2 === 0 ? '/.git' : ''}`, true);
      await scans.find(target(`/${at}`));
    }
    flood();
    expect((await scans.find(few())).gitPaths).toEqual(['/ws/proj/.git']);
  });

  test('is not forgotten while its directory cannot be read, and that is told', async () => {
    const { tree, flood } = flooded();
    tree.nowMs = 60_000;
    const scans = scansOf(tree);
    await scans.find(few());
    tree.setShut('/ws/proj', true);
    const meanwhile = await scans.find(few());
    flood();
    tree.setShut('/ws/proj', false);
    expect([meanwhile, (await scans.find(few())).gitPaths]).toEqual([
      { gitPaths: [], repositories: [], shut: ['/ws/proj'], unseen: undefined },
      ['/ws/proj/.git'],
    ]);
  });

  test('is not hidden by being shut in while other directories are looked at instead', async () => {
    const { tree, flood } = flooded();
    const scans = scansOf(tree);
    await scans.find(few());
    flood();
    tree.setShut('/ws/proj', true);
    expect(await scans.find(few({ maxDirectories: 1 }))).toEqual({
      gitPaths: [],
      repositories: [],
      shut: ['/ws/proj'],
      unseen: 'it has more than 1 directories',
    });
    tree.setShut('/ws/proj', false);
    expect((await scans.find(few({ maxDirectories: 1 }))).gitPaths).toEqual(['/ws/proj/.git']);
  });

  test('is not made up when it has gone, and not asked for where it is left out', async () => {
    const { tree, flood } = flooded();
    const scans = scansOf(tree);
    await scans.find(few());
    flood();
    expect((await scans.find(few({ except: new Set(['/ws/proj']) }))).gitPaths).toEqual([]);
    expect((await scans.find(few())).gitPaths).toEqual(['/ws/proj/.git']);
    tree.remove('/ws/proj/.git');
    expect((await scans.find(few())).gitPaths).toEqual([]);
  });
});

test('who asks while a look goes on gets a later one, which all others share', async () => {
  const tree = treeOf('/ws/a', '/ws/b');
  const scans = scansOf(tree);
  let pass: (() => void) | undefined;
  const isAtB = new Promise<void>((arrived) => {
    tree.onList = (directory) => {
      if (directory !== '/ws/b' || pass !== undefined) return Promise.resolve();
      return new Promise((resolve) => {
        pass = resolve;
        arrived();
      });
    };
  });
  const first = scans.find(target('/ws'));
  await isAtB;
  tree.make('/ws/a/.git', true);
  const others = [scans.find(target('/ws')), scans.find(target('/ws'))];
  const readsOfFirst = tree.reads;
  pass?.();
  const found = (trees: readonly ScannedTree[]): unknown => trees.map(({ gitPaths }) => gitPaths);
  expect(found([await first, ...(await Promise.all(others))])).toEqual([[], ['/ws/a/.git'], ['/ws/a/.git']]);
  expect([readsOfFirst, tree.reads]).toEqual([3, 7]);
});

describe('a look that somebody gives up', () => {
  /** A tree whose directory `at` is not read before it is let. */
  function held(
    tree: ChangingTree,
    at: string,
  ): { readonly arrived: Promise<void>; readonly pass: () => void } {
    let pass = (): void => undefined;
    const passed = new Promise<void>((resolve) => (pass = resolve));
    let arrive = (): void => undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    tree.onList = (directory) => {
      if (directory !== at) return Promise.resolve();
      arrive();
      return passed;
    };
    return { arrived, pass };
  }

  test('ends at once for him, reads nothing more when he was alone, and keeps nobody from the next', async () => {
    const tree = treeOf('/ws/a/b/c', '/ws/x/y/.git');
    const scans = scansOf(tree);
    const { arrived, pass } = held(tree, '/ws/a');
    const givenUp = new AbortController();
    const first = scans.find(target('/ws'), givenUp.signal);
    await arrived;
    const meanwhile = new AbortController();
    const second = scans.find(target('/ws'), meanwhile.signal);
    meanwhile.abort(new Error('given up before it began'));
    await expect(second).rejects.toThrow('given up before it began');
    givenUp.abort(new Error('given up'));
    await expect(first).rejects.toThrow('given up');
    await expect(scans.find(target('/ws'), givenUp.signal)).rejects.toThrow('given up');
    const next = scans.find(target('/ws'));
    const reads = tree.reads;
    pass();
    expect((await next).gitPaths).toEqual(['/ws/x/y/.git']);
    // The first has read the two of its level that were under way; the last all seven.
    expect([reads, tree.reads]).toEqual([3, 10]);
  });

  test('goes on for the others', async () => {
    const tree = treeOf('/ws/a/b', '/ws/c/.git');
    const scans = scansOf(tree);
    const { arrived, pass } = held(tree, '/ws/a');
    const first = scans.find(target('/ws'));
    await arrived;
    const givenUp = new AbortController();
    const shared = [scans.find(target('/ws'), givenUp.signal), scans.find(target('/ws'))];
    givenUp.abort(new Error('given up'));
    await expect(shared[0]).rejects.toThrow('given up');
    pass();
    expect([(await first).gitPaths, (await shared[1])?.gitPaths]).toEqual([['/ws/c/.git'], ['/ws/c/.git']]);
  });
});
