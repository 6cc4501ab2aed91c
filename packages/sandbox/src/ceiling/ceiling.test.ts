import { describe, expect, test } from 'vitest';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import { linesOf, policyOf, rule } from '../policy/testing/rules.js';
import { applyCeiling, type Ceiling } from './ceiling.js';

const CEILING: Ceiling = {
  maximum: undefined,
  protectedNames: ['.codex', '.bashrc'],
  protectedIfThere: ['.zlogin'],
  hidden: [],
};

const REPOSITORY: Readonly<Record<string, FakeFile>> = {
  '/ws/.git/HEAD': { text: '' },
  '/ws/.git/hooks': 'directory',
  '/ws/.git/config': { text: '' },
  '/ws/.git/info': 'directory',
};

function below(
  tree: Readonly<Record<string, FakeFile>>,
  lines: readonly string[],
  ceiling = CEILING,
): readonly string[] {
  return linesOf(applyCeiling(policyOf(lines), ceiling, fakeFiles(tree)).policy.rules);
}

describe('inside what is writable, what others would run stays as it is', () => {
  test('the settings at the top of a root, and in a repository what git runs', () => {
    expect(below({ ...REPOSITORY, '/ws/.bashrc': { text: '' } }, ['read /', 'write /ws'])).toEqual([
      'read /',
      'write /ws',
      'read /ws/.bashrc',
      'read /ws/.codex/',
      'read /ws/.git/commondir/',
      'read /ws/.git/config',
      'read /ws/.git/hooks',
    ]);
  });

  test('repositories at any depth, their submodules and linked worktrees', () => {
    const tree: Readonly<Record<string, FakeFile>> = {
      '/ws/a/b/c/.git/hooks': 'directory',
      '/ws/a/b/c/.git/config': { text: '[extensions]\n\tworktreeConfig = true\n' },
      '/ws/a/b/c/.git/info/attributes': { text: '' },
      '/ws/a/b/c/.git/modules/lib/HEAD': { text: '' },
      '/ws/a/b/c/.git/modules/lib/config': { text: '' },
      '/ws/a/b/c/.git/modules/lib/hooks': 'directory',
      '/ws/a/b/c/.git/modules/lib/info/attributes': { text: '' },
      '/ws/a/b/c/.git/worktrees/wt/commondir': { text: '../..' },
      '/ws/a/b/c/.git/worktrees/wt/gitdir': { text: '/ws/wt/.git' },
      '/ws/a/b/c/.git/worktrees/wt/hooks': 'directory',
      '/ws/wt/.git': { text: 'gitdir: ../a/b/c/.git/worktrees/wt\n' },
    };
    expect(below(tree, ['write /ws'], { ...CEILING, protectedNames: [] })).toEqual([
      'write /ws',
      'read /ws/a/b/c/.git/commondir/',
      'read /ws/a/b/c/.git/config',
      'read /ws/a/b/c/.git/config.worktree/',
      'read /ws/a/b/c/.git/hooks',
      'read /ws/a/b/c/.git/info/attributes',
      'read /ws/a/b/c/.git/modules/lib/commondir/',
      'read /ws/a/b/c/.git/modules/lib/config',
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

  test('an intent that makes more read-only is left as it stands', () => {
    expect(below(REPOSITORY, ['write /ws', 'read /ws/.git'], { ...CEILING, protectedNames: [] })).toEqual([
      'write /ws',
      'read /ws/.git',
    ]);
  });

  test('an intent cannot open what is protected', () => {
    const { policy, narrowed } = applyCeiling(
      policyOf(['write /ws', 'deny /ws/.git', 'write /ws/.git/hooks']),
      { ...CEILING, protectedNames: [] },
      fakeFiles(REPOSITORY),
    );
    expect(linesOf(policy.rules)).toEqual(['write /ws', 'deny /ws/.git', 'read /ws/.git/hooks']);
    expect(narrowed).toEqual([
      {
        path: '/ws/.git/hooks',
        asked: 'write',
        granted: 'read',
        origin: 'ceiling: executable configuration',
      },
    ]);
  });

  test('in a directory that many share, no names are kept', () => {
    const policy = { ...policyOf([]), rules: [rule('write /tmp', { isShared: true })] };
    expect(linesOf(applyCeiling(policy, CEILING, fakeFiles({ '/tmp': 'shared' })).policy.rules)).toEqual([
      'write /tmp',
    ]);
  });

  test('in a directory where nobody can make them, missing names need no protection', () => {
    const tree: Readonly<Record<string, FakeFile>> = { '/ws': 'sealed', '/ws/.bashrc': { text: '' } };
    expect(below(tree, ['read /', 'write /ws'])).toEqual(['read /', 'write /ws', 'read /ws/.bashrc']);
  });

  test('a link in the place of something protected is told, and its target protected', () => {
    const tree: Readonly<Record<string, FakeFile>> = {
      '/ws/.codex': { link: 'shared' },
      '/ws/shared': 'directory',
    };
    const { policy } = applyCeiling(
      policyOf(['write /ws']),
      { ...CEILING, protectedNames: ['.codex'] },
      fakeFiles(tree),
    );
    expect([linesOf(policy.rules), policy.notes]).toEqual([
      ['write /ws', 'read /ws/shared'],
      [
        {
          origin: 'ceiling: executable configuration',
          text: '/ws/.codex is a link; its target is protected, but the link could be replaced',
        },
      ],
    ]);
  });
});

describe('what the operator configured', () => {
  const maximum = {
    rules: [rule('read /'), rule('write /ws'), rule('deny /root')],
    network: 'restricted',
  } as const;
  const configured: Ceiling = { maximum, protectedNames: [], protectedIfThere: [], hidden: [] };

  test('narrows a restricted intent', () => {
    const { policy } = applyCeiling(
      policyOf(['write /'], { network: 'enabled' }),
      configured,
      fakeFiles({ '/ws': 'directory' }),
    );
    expect([policy.network, linesOf(policy.rules)]).toEqual([
      'restricted',
      ['read /', 'deny /root', 'write /ws'],
    ]);
  });

  test('narrows an intent that does not restrict files', () => {
    const open = policyOf(['write /'], { restrictsFiles: false });
    const { policy } = applyCeiling(open, configured, fakeFiles({ '/ws': 'directory' }));
    expect([policy.restrictsFiles, linesOf(policy.rules)]).toEqual([
      true,
      ['read /', 'deny /root', 'write /ws'],
    ]);
  });
});

test('an intent that does not restrict files is left alone by the default ceiling', () => {
  const open = policyOf(['write /'], { restrictsFiles: false, network: 'enabled' });
  expect(applyCeiling(open, CEILING, fakeFiles(REPOSITORY))).toEqual({ policy: open, narrowed: [] });
});

test('what is the executor’s own is shown to nobody', () => {
  const tree: Readonly<Record<string, FakeFile>> = { '/run/own': 'directory', '/ws': 'directory' };
  expect(
    below(tree, ['read /', 'write /ws'], {
      maximum: undefined,
      protectedNames: [],
      protectedIfThere: [],
      hidden: ['/run/own', '/gone'],
    }),
  ).toEqual(['read /', 'deny /run/own', 'write /ws']);
});
