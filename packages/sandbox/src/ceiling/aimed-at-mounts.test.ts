import { expect, test } from 'vitest';
import type { FileFact } from '../files/file-facts.js';
import { isWithin } from '../files/paths.js';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import { mountsIn } from '../mounts/mount-table.js';
import { linesOf, policyOf } from '../policy/testing/rules.js';
import { fakeScans } from '../repositories/testing/fake-scans.js';
import { applyCeiling, type Ceiling, scanTargets } from './ceiling.js';
import { BARE_CEILING } from './testing/bare-ceiling.js';

const CEILING: Ceiling = {
  ...BARE_CEILING,
  protectedNames: ['.codex'],
};

const TABLE = '21 1 8:1 / / rw - ext4 /dev/sda rw\n36 21 0:50 / /dead rw - nfs4 server:/ rw\n';

const DEAD = '/dead is not looked at, since whoever answers for what is mounted at /dead may never do so';

/** What comes of a tree in which a command has aimed at a mount, and what was looked at there. */
async function aimed(tree: Readonly<Record<string, FakeFile>>): Promise<{
  readonly rules: readonly string[];
  readonly gaps: readonly string[];
  readonly asked: readonly string[];
}> {
  const files = fakeFiles({ ...tree, '/dead/r/hooks': 'directory', '/ws/good/.git/hooks': 'directory' });
  const asked: string[] = [];
  const noting =
    <Answer>(answer: (path: string) => Answer) =>
    (path: string): Answer => {
      if (isWithin(path, '/dead')) asked.push(path);
      return answer(path);
    };
  const watched = {
    ...files,
    look: noting<FileFact | undefined>((path) => files.look(path)),
    readLink: noting((path) => files.readLink(path)),
    readText: noting((path) => files.readText(path)),
    mayCreateIn: noting((path) => files.mayCreateIn(path)),
  };
  const policy = policyOf(['read /', 'write /ws']);
  const [target] = scanTargets(policy, CEILING);
  if (target === undefined) throw new Error('nothing is looked through');
  const trees = new Map([[target.root, await fakeScans(files).find(target)]]);
  const { policy: held, gaps } = applyCeiling(
    policy,
    CEILING,
    { files: watched, mounts: mountsIn(TABLE) },
    trees,
  );
  return { rules: linesOf(held.rules), gaps, asked };
}

const CONFIG_AT = '/ws/x/.git/config';

test.each<[string, Readonly<Record<string, FakeFile>>, string]>([
  [
    'a .git file',
    { '/ws/x/.git': { text: 'gitdir: /dead/r' } },
    `/ws/x/.git is not followed to a directory, so git hooks and config there may be left open: ${DEAD}; remove it`,
  ],
  [
    'a link called .git',
    { '/ws/x/.git': { link: '/dead/r' } },
    `/ws/x/.git is not followed to a directory, so git hooks and config there may be left open: ${DEAD}; remove it`,
  ],
  [
    'an included config',
    { [CONFIG_AT]: { text: '[include]\npath = /dead/c' } },
    `/dead/c is not protected: ${DEAD}; have no link there`,
  ],
  [
    'hooks of a config',
    { [CONFIG_AT]: { text: '[core]\nhooksPath = /dead/r/hooks' } },
    `/dead/r/hooks is not protected: ${DEAD}; have no link there`,
  ],
  [
    'a link among hooks',
    { '/ws/x/.git/hooks/pre-commit': { link: '/dead/h' } },
    `/ws/x/.git/hooks/pre-commit is not protected: ${DEAD}; have no link there`,
  ],
  [
    'a config that is a link',
    { [CONFIG_AT]: { link: '/dead/c' } },
    `${CONFIG_AT} is not protected: ${DEAD}; have no link there`,
  ],
  [
    'a protected name',
    { '/ws/.codex': { link: '/dead/r' } },
    `/ws/.codex is not protected: ${DEAD}; have no link there`,
  ],
])('%s that leads to a mount which may never answer is told of, and not followed', async (_, tree, gap) => {
  const { rules, gaps, asked } = await aimed(tree);
  expect([gaps, asked]).toEqual([[gap], []]);
  expect(rules).toContain('read /ws/good/.git/hooks');
});

test('linked worktrees are not looked for there, nor is a config', async () => {
  const { asked } = await aimed({
    '/ws/x/.git/worktrees': { link: '/dead/r' },
    '/ws/y/.git/worktrees/w': { link: '/dead/r' },
    '/ws/y/.git/commondir': { text: '/dead/r' },
  });
  expect(asked).toEqual([]);
});
