import { ExecError } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { StalePlan } from '../files/stale-plan.js';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import {
  MAX_LINKED_WORKTREES,
  MAX_PINNED_DEPTH,
  MAX_REPOSITORY_MOUNTS,
  MAX_SCANNED_DIRECTORIES,
  MAX_SCANNED_SHARED_DIRECTORIES,
} from '../limits.js';
import { DEFAULTS } from '../policy/rule-origin.js';
import { linesOf, policyOf, rule } from '../policy/testing/rules.js';
import { applyCeiling, type Ceiling, type ScannedTrees } from './ceiling.js';
import { inPartsOf } from './protect-git.js';
import { applyToFakes } from './testing/apply-to-fakes.js';
import { BARE_CEILING } from './testing/bare-ceiling.js';

const CEILING: Ceiling = {
  ...BARE_CEILING,
  protectedNames: ['.codex', '.bashrc'],
  protectedIfThere: ['.zlogin'],
};

const REPOSITORY: Readonly<Record<string, FakeFile>> = {
  '/ws/.git/HEAD': { text: '' },
  '/ws/.git/hooks': 'directory',
  '/ws/.git/config': { text: '' },
  '/ws/.git/info': 'directory',
  '/ws/.git/objects': 'directory',
  '/ws/.git/refs': 'directory',
};

async function below(
  tree: Readonly<Record<string, FakeFile>>,
  lines: readonly string[],
  ceiling = CEILING,
): Promise<readonly string[]> {
  return linesOf((await applyToFakes(policyOf(lines), ceiling, tree)).policy.rules);
}

describe('inside what is writable, what others would run stays as it is', () => {
  test('the settings at the top of a root, and in a repository what git runs', async () => {
    expect(await below({ ...REPOSITORY, '/ws/.bashrc': { text: '' } }, ['read /', 'write /ws'])).toEqual([
      'read /',
      'write /ws',
      'read /ws/.bashrc',
      'read /ws/.codex/',
      'read /ws/.git/commondir/',
      'read /ws/.git/config',
      'read /ws/.git/config.worktree/',
      'read /ws/.git/hooks',
    ]);
  });

  test('repositories at any depth, their submodules and linked worktrees', async () => {
    const tree: Readonly<Record<string, FakeFile>> = {
      '/ws/a/b/c/.git/hooks': 'directory',
      '/ws/a/b/c/.git/config': { text: '' },
      '/ws/a/b/c/.git/info/attributes': { text: '' },
      '/ws/a/b/c/.git/modules/lib/HEAD': { text: '' },
      '/ws/a/b/c/.git/modules/lib/objects': 'directory',
      '/ws/a/b/c/.git/modules/lib/refs': 'directory',
      '/ws/a/b/c/.git/modules/lib/config': { text: '' },
      '/ws/a/b/c/.git/modules/lib/hooks': 'directory',
      '/ws/a/b/c/.git/modules/lib/info/attributes': { text: '' },
      '/ws/a/b/c/.git/worktrees/wt/commondir': { text: '../..' },
      '/ws/a/b/c/.git/worktrees/wt/gitdir': { text: '/ws/wt/.git' },
      '/ws/a/b/c/.git/worktrees/wt/hooks': 'directory',
      '/ws/wt/.git': { text: 'gitdir: ../a/b/c/.git/worktrees/wt\n' },
    };
    expect(await below(tree, ['write /ws'], { ...CEILING, protectedNames: [] })).toEqual([
      'write /ws',
      'read /ws/a/b/c/.git/commondir/',
      'read /ws/a/b/c/.git/config',
      'read /ws/a/b/c/.git/config.worktree/',
      'read /ws/a/b/c/.git/hooks',
      'read /ws/a/b/c/.git/info/attributes',
      'read /ws/a/b/c/.git/modules/lib/commondir/',
      'read /ws/a/b/c/.git/modules/lib/config',
      'read /ws/a/b/c/.git/modules/lib/config.worktree/',
      'read /ws/a/b/c/.git/modules/lib/hooks',
      'read /ws/a/b/c/.git/modules/lib/info/attributes',
      'read /ws/a/b/c/.git/worktrees/wt/commondir',
      'read /ws/a/b/c/.git/worktrees/wt/config/',
      'read /ws/a/b/c/.git/worktrees/wt/config.worktree/',
      'read /ws/a/b/c/.git/worktrees/wt/gitdir',
      'read /ws/a/b/c/.git/worktrees/wt/hooks',
      'read /ws/wt/.git',
    ]);
  });

  test('an intent that makes more read-only is left as it stands', async () => {
    expect(
      await below(REPOSITORY, ['write /ws', 'read /ws/.git'], { ...CEILING, protectedNames: [] }),
    ).toEqual(['write /ws', 'read /ws/.git']);
  });

  test('an intent cannot open what is protected', async () => {
    const { policy, narrowed } = await applyToFakes(
      policyOf(['write /ws', 'deny /ws/.git', 'write /ws/.git/hooks']),
      { ...CEILING, protectedNames: [] },
      REPOSITORY,
    );
    expect(linesOf(policy.rules)).toEqual(['write /ws', 'deny /ws/.git', 'read /ws/.git/hooks']);
    expect(narrowed).toEqual([
      {
        path: '/ws/.git/hooks',
        asked: 'write',
        granted: 'read',
        origin: DEFAULTS.configuration,
      },
    ]);
  });

  test('in a directory that many share, no names are kept', async () => {
    const policy = { ...policyOf([]), rules: [rule('write /tmp', { isShared: true })] };
    expect(linesOf((await applyToFakes(policy, CEILING, { '/tmp': 'shared' })).policy.rules)).toEqual([
      'write /tmp',
    ]);
  });

  test.each<[string, readonly string[], Ceiling['maximum']]>([
    ['what many share', ['write /tmp', 'write /tmp/ws'], undefined],
    ['everything', ['write /', 'write /tmp/ws'], undefined],
    [
      'what an operator allows',
      ['write /', 'write /tmp/ws'],
      policyOf(['write /tmp'], { network: 'enabled' }),
    ],
  ])('the settings at the top of a root below %s that may be written, too', async (_, lines, maximum) => {
    const tree: Readonly<Record<string, FakeFile>> = { '/tmp': 'shared', '/tmp/ws': 'directory' };
    const rules = await below(tree, lines, { ...CEILING, maximum });
    expect(rules).toEqual(expect.arrayContaining(['read /tmp/ws/.bashrc/', 'read /tmp/ws/.codex/']));
    expect(rules).not.toContain('write /tmp/ws');
  });

  test('in a directory where nobody can make them, missing names need no protection', async () => {
    const tree: Readonly<Record<string, FakeFile>> = { '/ws': 'sealed', '/ws/.bashrc': { text: '' } };
    expect(await below(tree, ['read /', 'write /ws'])).toEqual(['read /', 'write /ws', 'read /ws/.bashrc']);
  });

  test.each([
    ['more lines of it', 'gitdir: ../real/.git\r\n\n'],
    ['what git does not read any more', 'gitdir: ../real/.git\0/x'],
  ])('a pointer is followed as git does it, whatever there is behind its path: %s', async (_, text) => {
    const tree: Readonly<Record<string, FakeFile>> = { '/ws/a/.git': { text } };
    expect(await below({ ...tree, '/ws/real/.git/hooks': 'directory' }, ['write /ws'])).toContain(
      'read /ws/real/.git/hooks',
    );
  });

  test.each([
    ['has no path', 'gitdir: '],
    ['does not begin as one', '\ngitdir: ../real'],
    ['is longer than a path can be', `gitdir: ${'./'.repeat(3000)}../real`],
  ])('a pointer that %s leads nowhere', async (_, text) => {
    const tree: Readonly<Record<string, FakeFile>> = { '/ws/real': 'directory', '/ws/a/.git': { text } };
    expect(await below(tree, ['write /ws'], { ...CEILING, protectedNames: [] })).toEqual([
      'write /ws',
      'read /ws/a/.git',
    ]);
  });

  test('with more repositories than there are mounts for, the last ones stay as they are as a whole', async () => {
    const count = 700;
    const names = Array.from({ length: count }, (_, at) => String(at).padStart(3, '0'));
    const tree = Object.fromEntries(
      names.map((name): [string, FakeFile] => [`/ws/${name}/.git/config`, { text: '' }]),
    );
    const ceiling = { ...CEILING, protectedNames: [] };
    const { policy, gaps } = await applyToFakes(policyOf(['write /ws']), ceiling, tree);
    const inParts = 150;
    expect(linesOf(policy.rules)).toEqual([
      'write /ws',
      ...names
        .slice(0, inParts)
        .flatMap((name) =>
          ['commondir/', 'config', 'config.worktree/', 'hooks/'].map(
            (part) => `read /ws/${name}/.git/${part}`,
          ),
        ),
      ...names.slice(inParts).map((name) => `read /ws/${name}/.git`),
    ]);
    expect([gaps, policy.notes.map(({ text }) => text)]).toEqual([
      [],
      [
        'there are 700 repositories where the command may write, so 550 of them stay as they are as a whole, such as /ws/150/.git; allow fewer of them to be written',
      ],
    ]);
  });

  test('so many repositories stay writable for commits, and one more is the first that does not', async () => {
    // Each counts as six mounts.
    const most = Math.floor(MAX_REPOSITORY_MOUNTS / 6);
    const asAWhole = async (count: number): Promise<number> => {
      const names = Array.from(
        { length: count },
        (_, at) => [`/ws/${at}/.git/config`, { text: '' }] as const,
      );
      const lines = await below(Object.fromEntries(names), ['write /ws'], { ...CEILING, protectedNames: [] });
      return lines.filter((line) => line.endsWith('/.git')).length;
    };
    expect([await asAWhole(most), await asAWhole(most + 1)]).toEqual([0, 1]);
  });

  test('a repository too far down keeps a directory above it as it is as a whole, and so does what is denied there', async () => {
    const down = (depth: number): string => '/d'.repeat(depth);
    const ceiling = { ...CEILING, protectedNames: [] };
    const at = async (depth: number, more: readonly string[] = []): Promise<unknown> => {
      const tree: Readonly<Record<string, FakeFile>> = {
        [`/ws${down(depth)}/.git/hooks`]: 'directory',
        [`/ws${down(100)}/x`]: 'directory',
      };
      const { policy, gaps } = await applyToFakes(policyOf(['write /ws', ...more]), ceiling, tree);
      return [linesOf(policy.rules), policy.notes.map(({ text }) => text), gaps];
    };
    const git = `/ws${down(MAX_PINNED_DEPTH - 1)}/.git`;
    expect(await at(MAX_PINNED_DEPTH - 1)).toEqual([
      [
        'write /ws',
        ...['commondir/', 'config/', 'config.worktree/', 'hooks'].map((name) => `read ${git}/${name}`),
      ],
      [],
      [],
    ]);
    const kept = `/ws${down(MAX_PINNED_DEPTH + 1)}`;
    const note = (path: string): string =>
      `${kept} stay as they are as a whole, since ${path} lies more than 64 directories below what may be written, or has a path of more than 4000 bytes; remove it, or allow a directory further down to be written`;
    expect(await at(200)).toEqual([['write /ws', `read ${kept}`], [note(`/ws${down(200)}/.git`)], []]);
    const denied = `/ws${down(100)}/x`;
    expect(await at(1, [`deny ${denied}`])).toEqual([
      expect.arrayContaining([`read ${kept}`, `deny ${denied}`]),
      [note(denied)],
      [],
    ]);
  });

  test('worktrees count among the mounts of repositories', async () => {
    const names = Array.from({ length: 333 }, (_, at) => `/ws/${at + 100}/.git/config`);
    const linked = Array.from({ length: 100 }, (_, at) => `/ws/432/.git/worktrees/${at}/gitdir`);
    const tree = Object.fromEntries(
      [...names, ...linked].map((path): [string, FakeFile] => [path, { text: '' }]),
    );
    const lines = await below(tree, ['write /ws'], { ...CEILING, protectedNames: [] });
    // They take the mounts of 400 parts, of which a repository needs four more than as a whole.
    expect(lines.filter((line) => line.endsWith('/.git')).length).toBe(100);
  });

  test('what lies too deep is not looked at one by one', () => {
    const down = (depth: number): string => '/d'.repeat(depth);
    const files = fakeFiles({ [`/ws${down(70)}`]: 'directory' });
    const gitPaths = [70, 71, 72].map((depth) => `/ws${down(depth)}/.git`);
    const found: ScannedTrees = new Map([
      ['/ws', { gitPaths, repositories: gitPaths, shut: [], unseen: undefined }],
    ]);
    const looked: string[] = [];
    const watched = { ...files, look: (path: string) => (looked.push(path), files.look(path)) };
    const ceiling = { ...CEILING, protectedNames: [] };
    const { policy } = applyCeiling(policyOf(['write /ws']), ceiling, { files: watched }, found);
    const kept = `/ws${down(MAX_PINNED_DEPTH + 1)}`;
    expect([linesOf(policy.rules), looked.filter((path) => path.length > kept.length)]).toEqual([
      ['write /ws', `read ${kept}`],
      [],
    ]);
  });

  test('the directories above repositories count among their mounts', async () => {
    const names = Array.from({ length: 30 }, (_, at) => `/ws/${at + 10}${'/d'.repeat(60)}`);
    const tree = Object.fromEntries(
      names.map((name): [string, FakeFile] => [`${name}/.git/hooks`, 'directory']),
    );
    const { policy } = await applyToFakes(policyOf(['write /ws']), { ...CEILING, protectedNames: [] }, tree);
    const inParts = linesOf(policy.rules).filter((line) => line.endsWith('/.git/hooks')).length;
    // 30 of them take 61 mounts each above them and one for themselves; 140 are left, four for each more.
    expect([inParts, policy.notes.length]).toEqual([30, 0]);
    expect(inPartsOf(30, 30 * 61)).toBe(30);
    expect(inPartsOf(30, 30 * 64)).toBe(12);
  });

  test('of a repository with more worktrees than anybody looks at, what it has of them stays as it is as a whole', async () => {
    const asAWhole = (count: number): Promise<readonly string[]> => {
      const worktrees = Array.from({ length: count }, (_, at) => `/ws/.git/worktrees/${at}`);
      const tree = Object.fromEntries(worktrees.map((path): [string, FakeFile] => [path, 'directory']));
      return below(tree, ['write /ws'], { ...CEILING, protectedNames: [] });
    };
    const parts = ['commondir/', 'config/', 'config.worktree/', 'hooks/'].map(
      (name) => `read /ws/.git/${name}`,
    );
    const inEach = Array.from(
      { length: MAX_LINKED_WORKTREES },
      (_, at) => `read /ws/.git/worktrees/${at}/config.worktree/`,
    );
    const several = (count: number): Promise<readonly string[]> => {
      const names = Array.from({ length: count }, (_, at) => `/ws/${at % 4}/.git/worktrees/${at}/gitdir`);
      const tree = Object.fromEntries(names.map((path): [string, FakeFile] => [path, { text: '' }]));
      return below(tree, ['write /ws'], { ...CEILING, protectedNames: [] });
    };
    const wholes = async (count: number): Promise<readonly string[]> =>
      (await several(count)).filter((line) => line.endsWith('/worktrees'));
    expect([await wholes(MAX_LINKED_WORKTREES), await wholes(MAX_LINKED_WORKTREES + 4)]).toEqual([
      [],
      ['read /ws/3/.git/worktrees'],
    ]);
    expect([await asAWhole(MAX_LINKED_WORKTREES), await asAWhole(MAX_LINKED_WORKTREES + 1)]).toEqual([
      ['write /ws', ...parts, ...inEach.toSorted()],
      ['write /ws', ...parts, 'read /ws/.git/worktrees'],
    ]);
  });

  test('a repository behind a link that leads in a circle is none', async () => {
    const tree: Readonly<Record<string, FakeFile>> = {
      '/ws/.git': { link: '.git' },
      '/ws/a/.git': { text: 'gitdir: ../.git' },
      '/ws/.codex': { link: '.codex' },
    };
    const { policy } = await applyToFakes(
      policyOf(['write /ws']),
      { ...CEILING, protectedNames: ['.codex'] },
      tree,
    );
    expect([linesOf(policy.rules), policy.notes]).toEqual([
      ['write /ws', 'read /ws/a/.git'],
      [
        {
          origin: DEFAULTS.configuration,
          text: '/ws/.git is a link on the way from /ws/a/.git to the directory of its repository, and could be replaced; have no link there',
        },
        {
          origin: DEFAULTS.configuration,
          text: 'the link /ws/.codex leads in a circle and could be replaced; remove it',
        },
      ],
    ]);
  });

  test('what cannot be looked into stays as it is as a whole', async () => {
    const tree: Readonly<Record<string, FakeFile>> = {
      '/ws/a/.git': 'shut',
      '/ws/b/.git': { link: '../c/git' },
      '/ws/c': 'shut',
      '/ws/d': 'shut',
    };
    const { policy } = await applyToFakes(
      policyOf(['write /ws']),
      { ...CEILING, protectedNames: ['d/hooks'] },
      tree,
    );
    expect(linesOf(policy.rules)).toEqual(['write /ws', 'read /ws/a/.git', 'read /ws/c', 'read /ws/d']);
    expect(new Set(policy.notes.map(({ text }) => text))).toContain(
      '/ws/d cannot be looked into (EACCES), so all of it stays as it is; let this user enter it',
    );
  });

  test('a directory that its owner has shut stays as it is as a whole, and that is a gap', () => {
    const files = fakeFiles({ '/ws/a': 'directory', '/ws/b': 'directory', '/ws/c/d': 'directory' });
    const found = (shut: readonly string[]): ScannedTrees =>
      new Map([['/ws', { gitPaths: [], repositories: [], shut, unseen: undefined }]]);
    const ceiling = { ...CEILING, protectedNames: [] };
    const told = [['/ws/a'], ['/ws/b', '/ws/c/d']].map((shut) => {
      const { policy, gaps } = applyCeiling(policyOf(['write /ws']), ceiling, { files }, found(shut));
      return [linesOf(policy.rules), gaps];
    });
    const outcome =
      'cannot be looked into, so all of it stays as it is; let this user read and enter it (chmod u+rx), or if it is of somebody else, allow it by itself';
    expect(told).toEqual([
      [['write /ws', 'read /ws/a'], [`/ws/a ${outcome}`]],
      [
        ['write /ws', 'read /ws/b', 'read /ws/c/d'],
        [`/ws/b and, below the same root, 1 more directories ${outcome}`],
      ],
    ]);
  });

  test('what is to be hidden must be found', async () => {
    const hidden = { ...CEILING, hidden: [{ path: '/run/own/records', origin: DEFAULTS.ownRecords }] };
    await expect(below({}, ['write /'], hidden)).rejects.toThrow(
      new StalePlan('/run/own/records', 'has gone'),
    );
    await expect(below({ '/run/own': 'shut' }, ['write /ws'], hidden)).rejects.toThrow(
      new ExecError(
        'sandboxUnsupported',
        'sandbox: /run/own cannot be looked into (EACCES), so it is unknown what of /run/own/records to hide; mend it',
      ),
    );
  });

  test('a link in the place of something protected is told, and its target protected', async () => {
    const tree: Readonly<Record<string, FakeFile>> = {
      '/ws/.codex': { link: 'shared' },
      '/ws/shared': 'directory',
    };
    const { policy } = await applyToFakes(
      policyOf(['write /ws']),
      { ...CEILING, protectedNames: ['.codex'] },
      tree,
    );
    expect([linesOf(policy.rules), policy.notes]).toEqual([
      ['write /ws', 'read /ws/shared'],
      [
        {
          origin: DEFAULTS.configuration,
          text: '/ws/.codex is a link; its target is protected, but the link could be replaced',
        },
      ],
    ]);
  });
});

describe('links that a command may have left', () => {
  const NEITHER = 'so neither is protected; have no link there';
  const TREE: Readonly<Record<string, FakeFile>> = {
    '/ws/src/deep/main.c': { text: '' },
    '/ws/q/githooks': 'directory',
    '/ws/q/.git/HEAD': { text: '' },
    '/ws/q/shared': { text: '' },
    '/ws/srv/x.git/HEAD': { text: '' },
    '/ws/srv/x.git/objects': 'directory',
    '/ws/srv/x.git/refs': 'directory',
  };

  /** What a link makes read-only, and what is told of it. */
  async function withLink(at: string, link: string): Promise<unknown> {
    const ceiling = { ...CEILING, protectedNames: ['.codex'] };
    const without = new Set(await below(TREE, ['write /ws'], ceiling));
    const { policy, gaps } = await applyToFakes(policyOf(['write /ws']), ceiling, {
      ...TREE,
      [at]: { link },
    });
    return [linesOf(policy.rules).filter((line) => !without.has(line)), gaps];
  }

  test.each([
    ['/ws/q/.git/hooks', '../..', '/ws', 'which holds what must stay writable'],
    ['/ws/q/.git/hooks', '..', '/ws/q', 'which holds what must stay writable'],
    ['/ws/q/.git/hooks', '../../srv', '/ws/srv', 'which holds what must stay writable'],
    ['/ws/q/.git/hooks', '../../srv/x.git', '/ws/srv/x.git', 'which holds what must stay writable'],
    ['/ws/q/.git/hooks', '../../src', '/ws/src', 'which lies elsewhere'],
    ['/ws/q/.git/hooks', '../../new', '/ws/new', 'which lies elsewhere'],
    ['/ws/q/.git/hooks', '../shared', '/ws/q/shared', 'which is no directory'],
    ['/ws/q/.git/config', '../githooks', '/ws/q/githooks', 'which is no file'],
    ['/ws/q/.git/commondir', '../githooks', '/ws/q/githooks', 'which is no file'],
    ['/ws/q/.git/info/attributes', '../../../src', '/ws/src', 'which is no file'],
    ['/ws/q/.git/info/attributes', '../../shared', '/ws/q/shared', 'and a command could have put it there'],
    ['/ws/.zlogin', 'src', '/ws/src', 'and a command could have put it there'],
    ['/ws/.zlogin', '.', '/ws', 'which holds what must stay writable'],
    ['/ws/.codex', '.', '/ws', 'which holds what must stay writable'],
  ])('%s to %s makes nothing read-only, and is told', async (at, link, target, why) => {
    expect(await withLink(at, link)).toEqual([[], [`${at} is a link to ${target}, ${why}, ${NEITHER}`]]);
  });

  test.each([
    ['/ws/q/.git/hooks', '../githooks', 'read /ws/q/githooks'],
    ['/ws/q/.git/config', '../shared', 'read /ws/q/shared'],
    ['/ws/.codex', 'src', 'read /ws/src'],
  ])('%s to %s, which belongs to the same, does', async (at, link, line) => {
    const told = `${at} is a link; its target is protected, but the link could be replaced`;
    expect(await withLink(at, link)).toEqual([[line], [told]]);
  });

  test('to what the command cannot write anyway are told as what could be replaced', async () => {
    const tree: Readonly<Record<string, FakeFile>> = { '/ws/.zlogin': { link: '/etc' }, '/etc': 'directory' };
    const { gaps } = await applyToFakes(policyOf(['read /', 'write /ws']), CEILING, tree);
    expect(gaps).toEqual(['/ws/.zlogin is a link; its target is protected, but the link could be replaced']);
  });

  test('are told of by one of each kind, however many there are', async () => {
    const names = Array.from({ length: 40 }, (_, at) => String(at + 10));
    const tree = Object.fromEntries(
      names.map((name): [string, FakeFile] => [`/ws/${name}/.git/hooks`, { link: '../..' }]),
    );
    const { gaps } = await applyToFakes(policyOf(['write /ws']), { ...CEILING, protectedNames: [] }, tree);
    expect(gaps).toEqual([
      `/ws/10/.git/hooks is a link to /ws, which holds what must stay writable, ${NEITHER} (and 39 more like it)`,
    ]);
  });

  test('as the directory of a repository are told, and it is protected', async () => {
    const tree: Readonly<Record<string, FakeFile>> = {
      '/ws/q/.git': { link: '../real' },
      '/ws/real/HEAD': { text: '' },
      '/ws/real/hooks': 'directory',
    };
    const { policy, gaps } = await applyToFakes(policyOf(['write /ws']), CEILING, tree);
    expect(linesOf(policy.rules)).toContain('read /ws/real/hooks');
    expect(gaps).toEqual(['/ws/q/.git is a link; its target is protected, but the link could be replaced']);
  });
});

test('what may be written is never read-only as a whole, whatever looks like a repository there', async () => {
  const ceiling = { ...CEILING, protectedNames: [] };
  const repositories = Array.from({ length: 700 }, (_, at) => `/ws/${at + 100}/.git/config`);
  const worktrees = Array.from({ length: MAX_LINKED_WORKTREES + 1 }, (_, at) => `/ws/worktrees/${at}/x`);
  const tree: Readonly<Record<string, FakeFile>> = {
    ...Object.fromEntries([...repositories, ...worktrees].map((path) => [path, { text: '' }])),
    '/ws/zz/.git': { link: '..' },
    '/ws/zzz/.git': { link: '/' },
    '/ws/config/app.json': { text: '' },
  };
  const { policy, gaps } = await applyToFakes(
    policyOf(['write /ws', 'write /ws/worktrees/7']),
    ceiling,
    tree,
  );
  const lines = linesOf(policy.rules).filter((line) => !/^read .ws.[0-9]/.test(line));
  expect([lines, gaps]).toEqual([
    [
      'write /ws',
      ...['commondir/', 'config', 'config.worktree/', 'hooks/'].map((part) => `read /ws/${part}`),
    ],
    [
      '/ws/zz/.git is a link; its target is protected, but the link could be replaced (and 1 more like it)',
      '/ws/worktrees holds what may be written, so it does not stay as it is as a whole',
    ],
  ]);
});

describe('what the operator configured', () => {
  const maximum = policyOf(['read /', 'write /ws', 'deny /root']);
  const configured: Ceiling = { ...BARE_CEILING, maximum };

  test('S10 narrows a restricted intent', async () => {
    const { policy } = await applyToFakes(policyOf(['write /'], { network: 'enabled' }), configured, {
      '/ws': 'directory',
    });
    expect([policy.network, linesOf(policy.rules)]).toEqual([
      'restricted',
      ['read /', 'deny /root', 'write /ws'],
    ]);
  });

  test('S10 narrows an intent that does not restrict files', async () => {
    const open = policyOf(['write /'], { restrictsFiles: false });
    const { policy } = await applyToFakes(open, configured, { '/ws': 'directory' });
    expect([policy.restrictsFiles, linesOf(policy.rules)]).toEqual([
      true,
      ['read /', 'deny /root', 'write /ws'],
    ]);
  });
});

test('an intent that does not restrict files is left alone by the default ceiling', async () => {
  const open = policyOf(['write /'], { restrictsFiles: false, network: 'enabled' });
  expect(await applyToFakes(open, CEILING, REPOSITORY)).toEqual({
    decisions: open.rules,
    policy: open,
    narrowed: [],
    gaps: [],
    missingPrograms: [],
  });
});

test('what is the executor’s own is shown to nobody', async () => {
  const tree: Readonly<Record<string, FakeFile>> = { '/run/own': 'directory', '/ws': 'directory' };
  expect(
    await below(tree, ['read /', 'write /ws'], {
      ...BARE_CEILING,
      hidden: [{ path: '/run/own', origin: DEFAULTS.ownRecords }],
    }),
  ).toEqual(['read /', 'deny /run/own', 'write /ws']);
});

test('nothing stands where the executor itself can make nothing', async () => {
  const foreign: Readonly<Record<string, FakeFile>> = {
    '/tmp/theirs/.git': 'sealed',
    '/tmp/theirs/.git/hooks': 'directory',
  };
  const policy = { ...policyOf([]), rules: [rule('write /tmp', { isShared: true })] };
  expect(linesOf((await applyToFakes(policy, CEILING, foreign)).policy.rules)).toEqual([
    'write /tmp',
    'read /tmp/theirs/.git/hooks',
  ]);
});

test('a bare repository is one, also where it may be written itself', async () => {
  const bare: Readonly<Record<string, FakeFile>> = {
    '/srv/x.git/HEAD': { text: '' },
    '/srv/x.git/config': { text: '' },
    '/srv/x.git/hooks': 'directory',
    '/srv/x.git/objects': 'directory',
    '/srv/x.git/refs': 'directory',
  };
  const ceiling = { ...CEILING, protectedNames: [] };
  const kept = ['commondir/', 'config', 'config.worktree/', 'hooks'].map((part) => `read /srv/x.git/${part}`);
  expect(await below(bare, ['write /srv'], ceiling)).toEqual(['write /srv', ...kept]);
  expect(await below(bare, ['write /srv/x.git'], ceiling)).toEqual(['write /srv/x.git', ...kept]);
});

test.each([
  ['/ws', false, MAX_SCANNED_DIRECTORIES],
  ['/tmp', true, MAX_SCANNED_SHARED_DIRECTORIES],
])(
  'below %s (shared: %s) repositories are looked for in %i directories, itself included',
  async (root, isShared, most) => {
    const gapsWith = async (directories: number): Promise<number> => {
      const names = Array.from(
        { length: directories - 1 },
        (_, at) => [`${root}/${at}`, 'directory'] as const,
      );
      const policy = { ...policyOf([]), rules: [rule(`write ${root}`, { isShared })] };
      return (await applyToFakes(policy, { ...CEILING, protectedNames: [] }, Object.fromEntries(names))).gaps
        .length;
    };
    expect([await gapsWith(most), await gapsWith(most + 1)]).toEqual([0, 1]);
  },
);

test('a root that was not looked through to its end is told', async () => {
  const many = Array.from(
    { length: 4100 },
    (_, at) => [`/ws/${String(at).padStart(4, '0')}`, 'directory'] as const,
  );
  const tree: Readonly<Record<string, FakeFile>> = {
    ...Object.fromEntries(many),
    '/ws/4099/.git': 'directory',
  };
  const { policy } = await applyToFakes(policyOf(['write /ws']), { ...CEILING, protectedNames: [] }, tree);
  expect([linesOf(policy.rules), policy.notes]).toEqual([
    ['write /ws'],
    [
      {
        origin: DEFAULTS.configuration,
        text: '/ws was not looked through to its end, since it has more than 4096 directories: git hooks and config further down can be written; allow a directory further down, or deny them by name',
      },
    ],
  ]);
});
