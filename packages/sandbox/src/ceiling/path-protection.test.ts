import { expect, test } from 'vitest';
import type { FakeFile } from '../files/testing/fake-files.js';
import { MAX_RESTRICTED_PATH_BYTES } from '../limits.js';
import { linesOf, policyOf } from '../policy/testing/rules.js';
import type { Ceiling } from './ceiling.js';
import { applyToFakes } from './testing/apply-to-fakes.js';
import { BARE_CEILING } from './testing/bare-ceiling.js';

const CEILING: Ceiling = {
  ...BARE_CEILING,
  protectedIfThere: ['.zlogin'],
};

test('below a file nothing is made while that stands, so it stays as it is', async () => {
  const tree: Readonly<Record<string, FakeFile>> = {
    '/ws/.git/hooks': 'directory',
    '/ws/.git/config': { text: '[core]\nhooksPath = f/hooks\n[include]path = ../g/x' },
    '/ws/.git/commondir': { link: 'h/x' },
    '/ws/f': { text: '' },
    '/ws/g': { text: '' },
    '/ws/.git/h': { text: '' },
  };
  const { policy, gaps } = await applyToFakes(policyOf(['write /ws', 'deny /ws/f/deeper/']), CEILING, tree);
  expect([linesOf(policy.rules), gaps]).toEqual([
    [
      'write /ws',
      'read /ws/.git/config',
      'read /ws/.git/config.worktree/',
      'read /ws/.git/f/',
      'read /ws/.git/h',
      'read /ws/.git/hooks',
      'read /ws/f',
      'read /ws/g',
    ],
    ['/ws/.git/commondir is a link; its target is protected, but the link could be replaced'],
  ]);
});

test('links at what is protected, and on the way from there, are known where a command could replace them', async () => {
  const tree: Readonly<Record<string, FakeFile>> = {
    '/ws/.git/hooks': { link: '../a' },
    '/ws/a': { link: '/kept/b' },
    '/kept/b': { link: '/ws/hooks' },
    '/ws/hooks': 'directory',
    '/ws/.git/config': { link: 'config' },
    '/ws/.git/commondir': { link: '/nowhere/x' },
    '/ws/.zlogin': { link: 'nothing' },
    '/ws/beside': { link: 'hooks' },
  };
  const { policy } = await applyToFakes(policyOf(['write /ws']), CEILING, tree);
  expect(policy.looseLinks?.map(({ path }) => path)).toEqual([
    '/ws/.git/hooks',
    '/ws/a',
    '/ws/.git/config',
    '/ws/.git/commondir',
  ]);
});

test('a name that is too long for any file needs no protection', async () => {
  const long = (length: number): string => 'x'.repeat(length);
  const ceiling = { ...CEILING, protectedNames: [long(255), long(256)] };
  const { policy } = await applyToFakes(policyOf(['write /ws']), ceiling, { '/ws': 'directory' });
  expect(linesOf(policy.rules)).toEqual(['write /ws', `read /ws/${long(255)}/`]);
});

test('a directory that its owner may not write stays as it is as a whole where something must not be made in it', async () => {
  const tree: Readonly<Record<string, FakeFile>> = {
    '/ws/.git': 'unwritable',
    '/ws/.git/hooks': 'directory',
    '/ws/a': 'unwritable',
    '/ws/b': 'unwritable',
    '/ws/b/.zlogin': { text: '' },
  };
  const { policy, gaps } = await applyToFakes(
    policyOf(['write /ws', 'deny /ws/a/secret/', 'write /ws/b']),
    CEILING,
    tree,
  );
  const outcome = 'cannot be written, so all of it stays as it is; let this user write it (chmod u+w)';
  expect([linesOf(policy.rules), gaps]).toEqual([
    ['write /ws', 'read /ws/.git', 'read /ws/a', 'read /ws/b/.zlogin'],
    [`/ws/.git ${outcome}`, `/ws/a ${outcome}`],
  ]);
});

test('what has too long a path for a mount keeps a directory above it as it is as a whole', async () => {
  const name = 'n'.repeat(199);
  const down = (depth: number): string => `/ws${`/${name}`.repeat(depth)}`;
  const at = async (path: string): Promise<unknown> => {
    const { policy } = await applyToFakes(policyOf(['write /ws']), CEILING, {
      [`${path}/.git/hooks`]: 'directory',
    });
    return linesOf(policy.rules).filter((line) => line.includes(name));
  };
  // The longest of its paths is that of `config.worktree`.
  const last = 'm'.repeat(MAX_RESTRICTED_PATH_BYTES - down(19).length - '//.git/config.worktree'.length);
  const parts = ['commondir/', 'config/', 'config.worktree/', 'hooks'].map(
    (part) => `read ${down(19)}/${last}/.git/${part}`,
  );
  expect([await at(`${down(19)}/${last}`), await at(`${down(19)}/${last}m`)]).toEqual([
    parts,
    [`read ${down(19)}/${last}m/.git`],
  ]);
  expect(await at(down(21))).toEqual([`read ${down(19)}`]);
});
