import { expect, test } from 'vitest';
import type { FakeFile } from '../files/testing/fake-files.js';
import { linesOf, policyOf } from '../policy/testing/rules.js';
import { applyToFakes } from './testing/apply-to-fakes.js';
import { BARE_CEILING } from './testing/bare-ceiling.js';

type Tree = Readonly<Record<string, FakeFile>>;

/** What stays as it is where this alone may be written, and what is told before a command begins. */
async function keptIn(root: string, tree: Tree): Promise<unknown> {
  const { policy, gaps } = await applyToFakes(policyOf([`write ${root}`]), BARE_CEILING, {
    [root]: 'directory',
    ...tree,
  });
  return [linesOf(policy.rules).slice(1), gaps];
}

const NAMES = ['config', 'config.worktree', 'commondir', 'info/attributes'] as const;

test.each<[string, Tree, readonly string[]]>([
  ['a file', { '/r/app/x': { text: '' } }, ['read /r/app/x']],
  ['nothing yet', {}, ['read /r/app/x/']],
])(
  'what git reads of a repository around stays as it is where it is a link to %s',
  async (_, tree, rules) => {
    const linkedAs = (name: string): Promise<unknown> =>
      keptIn('/r/app', { '/r/.git/HEAD': { text: '' }, [`/r/.git/${name}`]: { link: '/r/app/x' }, ...tree });
    const linked = 'worktrees/wt';
    const ofWorktree = ['config.worktree', 'commondir', 'gitdir'].map((name) => `${linked}/${name}`);
    const names = [...NAMES, ...ofWorktree];
    expect(await Promise.all(names.map(linkedAs))).toEqual(names.map(() => [rules, []]));
  },
);

test('a link on the way from there is told, and so are a circle and what has to be written', async () => {
  const linkTo = (target: string, tree: Tree = {}): Promise<unknown> =>
    keptIn('/r/app', { '/r/.git/config': { link: target }, '/r/app/c/file': { text: '' }, ...tree });
  const of = 'the git config of /r/.git:';
  expect([
    await linkTo('../app/l', { '/r/app/l': { link: 'c/file' } }),
    await linkTo('../app/l', { '/r/app/l': { link: 'l' } }),
    await linkTo('../app'),
    await linkTo('../../elsewhere'),
  ]).toEqual([
    [['read /r/app/c/file'], [`${of} /r/app/l is a link on the way to /r/app/c/file, and could be replaced`]],
    [[], ['the link /r/app/l leads in a circle and could be replaced; remove it']],
    [
      [],
      [
        `${of} /r/app is named as /r/.git/config, and holds what must stay writable, so what git runs there can be written; name a directory of its own`,
      ],
    ],
    [[], []],
  ]);
});

test('so is that of the repository of a linked worktree, and of a module, elsewhere', async () => {
  const config: Tree = { '/ws/app/x': { text: '' } };
  const worktree: Tree = {
    '/ws/.git': { text: 'gitdir: /main/.git/worktrees/wt' },
    '/main/.git/worktrees/wt/commondir': { text: '../..' },
    '/main/.git/config': { link: '/ws/app/x' },
  };
  const module: Tree = {
    '/ws/.git': { text: 'gitdir: ../main/.git/modules/sm' },
    '/main/.git/modules/sm/config': { link: '/ws/app/x' },
  };
  expect([
    await keptIn('/ws', { ...config, ...worktree }),
    await keptIn('/ws/app', { ...config, ...worktree }),
    await keptIn('/ws/app', { ...config, ...module }),
  ]).toEqual([
    [['read /ws/.git', 'read /ws/app/x'], []],
    [['read /ws/app/x'], []],
    [['read /ws/app/x'], []],
  ]);
});

test('the file to which a .git is a link stays as it is, and where it leads is protected, also around what may be written', async () => {
  const tree: Tree = {
    '/r/.git': { link: 'app/file' },
    '/r/app/file': { text: 'gitdir: app/real' },
    '/r/app/real': 'directory',
  };
  const rules = [
    'read /r/app/file',
    ...['commondir/', 'config/', 'config.worktree/', 'hooks/'].map((part) => `read /r/app/real/${part}`),
  ];
  expect([await keptIn('/r/app', tree), await keptIn('/r', tree)]).toEqual([
    [rules, []],
    [rules, ['/r/.git is a link; its target is protected, but the link could be replaced']],
  ]);
});

test('nothing more stays as it is for a repository around without links', async () => {
  const tree: Tree = Object.fromEntries(
    NAMES.map((name): [string, FakeFile] => [`/r/.git/${name}`, { text: '' }]),
  );
  expect(await keptIn('/r/app', tree)).toEqual([[], []]);
});

test('what the config of a bare repository around names stays as it is, and what that is by links', async () => {
  const bare = (config: FakeFile): Tree => ({
    '/srv/x.git/HEAD': { text: '' },
    '/srv/x.git/objects': 'directory',
    '/srv/x.git/refs': 'directory',
    '/srv/x.git/config': config,
    '/srv/x.git/app/hooks': 'directory',
    '/srv/x.git/app/c': { text: '' },
  });
  const named = bare({ text: '[core]\nhooksPath = app/hooks' });
  const noRepository = Object.fromEntries(Object.entries(named).filter(([name]) => !name.endsWith('HEAD')));
  expect([
    await keptIn('/srv/x.git/app', named),
    await keptIn('/srv/x.git/app', bare({ link: 'app/c' })),
    await keptIn('/srv/x.git/app', noRepository),
  ]).toEqual([
    [['read /srv/x.git/app/hooks'], []],
    [['read /srv/x.git/app/c'], []],
    [[], []],
  ]);
});

test('nothing is made where a .git link of a directory around leads to nothing, and a circle is told', async () => {
  const linkTo = (target: string, tree: Tree = {}): Promise<unknown> =>
    keptIn('/r/app', { '/r/.git': { link: target }, ...tree });
  const told =
    '/r/app/l is a link on the way from /r/.git to the directory of its repository, and could be replaced; have no link there';
  expect([await linkTo('app/git'), await linkTo('app/l', { '/r/app/l': { link: 'l' } })]).toEqual([
    [['read /r/app/git/'], []],
    [[], [told]],
  ]);
});
