import { expect, test } from 'vitest';
import type { FakeFile } from '../files/testing/fake-files.js';
import { MAX_OPEN_WAYS } from '../limits.js';
import { linesOf, policyOf } from '../policy/testing/rules.js';
import { looseWays } from './looked-at-again.js';
import { applyToFakes } from './testing/apply-to-fakes.js';
import { BARE_CEILING } from './testing/bare-ceiling.js';

type Tree = Readonly<Record<string, FakeFile>>;

async function waysIn(tree: Tree, lines: readonly string[] = ['write /ws']): Promise<unknown> {
  const { policy, gaps } = await applyToFakes(policyOf(lines), BARE_CEILING, {
    '/ws/x': 'directory',
    ...tree,
  });
  return [policy.openWays, linesOf(policy.rules).slice(1), gaps];
}

function end(path: string, from = '/ws/x/.git'): unknown {
  return { path, from, isPassed: false };
}

function passed(path: string, from = '/ws/x/.git'): unknown {
  return { path, from, isPassed: true };
}

test.each<[string, string, Tree, readonly unknown[]]>([
  ['to nothing', '../d/r.git', {}, [end('/ws/d/r.git')]],
  ['to nothing in a directory', '../d/r.git', { '/ws/d': 'directory' }, [end('/ws/d/r.git')]],
  ['to a file', '/ws/file', { '/ws/file': { text: '' } }, [end('/ws/file')]],
  ['past something missing', '../d/../r.git', { '/ws/r.git': 'directory' }, [end('/ws/d')]],
  ['to nothing where no command writes', '/srv/r.git', {}, []],
])(
  'a .git file that leads %s is known, and nothing is kept from being made there',
  async (_, to, tree, ways) => {
    expect(await waysIn({ '/ws/x/.git': { text: `gitdir: ${to}\n` }, ...tree })).toEqual([
      ways.length === 0 ? undefined : ways,
      ['read /ws/x/.git'],
      [],
    ]);
  },
);

test('a directory that is left by .. on the way to a repository is known, but none that keeps its name', async () => {
  const tree: Tree = {
    '/ws/r.git/config': { text: '' },
    '/ws/d': 'directory',
    '/ws/e': 'directory',
    '/ws/y/.git': { link: '../e/../r.git' },
  };
  const kept = ['commondir/', 'config', 'config.worktree/', 'hooks/'].map((part) => `read /ws/r.git/${part}`);
  const told = '/ws/y/.git is a link; its target is protected, but the link could be replaced';
  expect([
    await waysIn({ ...tree, '/ws/x/.git': { text: 'gitdir: ../d/../r.git' } }),
    await waysIn({ '/ws/r.git/config': { text: '' }, '/ws/x/.git': { text: 'gitdir: ../r.git' } }),
  ]).toEqual([
    [[passed('/ws/d'), passed('/ws/e', '/ws/y/.git')], [...kept, 'read /ws/x/.git'], [told]],
    [undefined, [...kept, 'read /ws/x/.git'], []],
  ]);
});

test('one of a repository around what may be written is', async () => {
  const tree: Tree = { '/ws/.git': { text: 'gitdir: app/r.git' }, '/ws/app': 'directory' };
  expect(await waysIn(tree, ['write /ws/app'])).toEqual([[end('/ws/app/r.git', '/ws/.git')], [], []]);
});

test('so many are known, and that there are more a note tells', () => {
  const ways = (count: number): Parameters<typeof looseWays>[0] =>
    Array.from({ length: count }, (_, at) => ({ path: `/ws/${at}`, from: '/ws/.git', isPassed: false }));
  const kept = { path: '/kept', from: '/ws/.git', isPassed: true };
  const isLoose = (path: string): boolean => path !== '/kept';
  const beyond = `more than ${MAX_OPEN_WAYS} places are where .git files and links lead to no directory, or leave one by .., so that something stands at others, such as /ws/${MAX_OPEN_WAYS} of /ws/.git, is not told when the command has ended; remove such files and links`;
  expect([
    looseWays([kept, ...ways(MAX_OPEN_WAYS)], isLoose),
    looseWays(ways(MAX_OPEN_WAYS + 2), isLoose),
  ]).toEqual([
    { found: ways(MAX_OPEN_WAYS), notes: [] },
    { found: ways(MAX_OPEN_WAYS), notes: [beyond] },
  ]);
});
