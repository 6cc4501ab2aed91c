import { expect, test } from 'vitest';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import { linesOf, policyOf } from '../policy/testing/rules.js';
import { applyCeiling, type ScannedTrees } from './ceiling.js';
import { BARE_CEILING } from './testing/bare-ceiling.js';

const TREE: Readonly<Record<string, FakeFile>> = {
  '/ws/.git/hooks': 'directory',
  '/ws/.git/config': { text: '[filter "x"]\nclean = tools/clean\nsmudge = tools/smudge' },
  '/ws/.git/commondir': { text: '.\n' },
  '/ws/.git/config.worktree': { text: '' },
  '/ws/tools': 'shut',
};

test('a directory with programs of a config that its owner has shut stays as it is, and is told once, whoever finds it', () => {
  const outcome = (shut: readonly string[]): unknown => {
    const repositories = ['/ws/.git'];
    const trees: ScannedTrees = new Map([
      ['/ws', { gitPaths: repositories, repositories, shut, unseen: undefined }],
    ]);
    const { policy, gaps, missingPrograms } = applyCeiling(
      policyOf(['write /ws']),
      BARE_CEILING,
      { files: fakeFiles(TREE) },
      trees,
    );
    return [linesOf(policy.rules).slice(-1), gaps, missingPrograms.map(({ path }) => path)];
  };
  const missing = ['/ws/.git/tools/clean', '/ws/.git/tools/smudge'];
  const kept = 'cannot be looked into, so all of it stays as it is; let this user';
  expect([outcome(['/ws/tools']), outcome([])]).toEqual([
    [
      ['read /ws/tools'],
      [`/ws/tools ${kept} read and enter it (chmod u+rx), or if it is of somebody else, allow it by itself`],
      missing,
    ],
    [['read /ws/tools'], [`the git config of /ws/.git: /ws/tools ${kept} enter it (chmod u+x)`], missing],
  ]);
});
