import { expect, test } from 'vitest';
import type { FakeFile } from '../files/testing/fake-files.js';
import { nameOf } from '../policy/rule-origin.js';
import { linesOf, policyOf } from '../policy/testing/rules.js';
import { type Ceiling, DEFAULT_CEILING } from './ceiling.js';
import { applyToFakes } from './testing/apply-to-fakes.js';

const CEILING: Ceiling = {
  ...DEFAULT_CEILING,
  protectedNames: ['.profile'],
  protectedIfThere: ['.gitconfig', '.vimrc', '.config/git', '.tmux.conf'],
  home: {
    paths: ['/nowhere', '/home/link'],
    files: ['.gitconfig'],
    directories: ['.config/git', '.ssh', '.vimrc'],
  },
};

const HOME: Readonly<Record<string, FakeFile>> = {
  '/home/link': { link: 'me' },
  '/home/me': 'directory',
};

async function keptIn(
  root: string,
  tree: Readonly<Record<string, FakeFile>>,
  ceiling = CEILING,
): Promise<{ readonly rules: readonly string[]; readonly gaps: readonly string[] }> {
  const { policy, gaps } = await applyToFakes(policyOf([`write ${root}`]), ceiling, { ...HOME, ...tree });
  return { rules: linesOf(policy.rules), gaps };
}

test('in a home of the user start-up files stay missing, where there is a directory for them', async () => {
  expect(await keptIn('/home/me', {})).toEqual({
    rules: [
      'write /home/me',
      'read /home/me/.gitconfig/',
      'read /home/me/.profile/',
      'read /home/me/.ssh/',
      'read /home/me/.vimrc/',
    ],
    gaps: [],
  });
  expect((await keptIn('/home/me', { '/home/me/.config': 'directory' })).rules).toContain(
    'read /home/me/.config/git/',
  );
});

test('elsewhere those that are there stay as they are', async () => {
  const tree: Readonly<Record<string, FakeFile>> = {
    '/ws/.vimrc': { text: '' },
    '/ws/.config/git': 'directory',
    '/ws/.tmux.conf': { text: '' },
  };
  expect(await keptIn('/ws', tree)).toEqual({
    rules: [
      'write /ws',
      'read /ws/.config/git',
      'read /ws/.profile/',
      'read /ws/.tmux.conf',
      'read /ws/.vimrc',
    ],
    gaps: [],
  });
});

test('what a link in a home leads to stays as it is where it lies in the home', async () => {
  const tree: Readonly<Record<string, FakeFile>> = {
    '/home/me/.vimrc': { link: 'dotfiles/vimrc' },
    '/home/me/dotfiles/vimrc': { text: '' },
  };
  const { rules, gaps } = await keptIn('/home/me', tree);
  expect(rules).toContain('read /home/me/dotfiles/vimrc');
  expect(gaps).toEqual([
    '/home/me/.vimrc is a link; its target is protected, but the link could be replaced',
  ]);
});

test('names of an operator stay as well, by the line of the ceiling that has them', async () => {
  const ceiling = { ...CEILING, operatorNames: ['Makefile', '.github', '.profile', '.gitconfig'] };
  const tree = { ...HOME, '/home/me/Makefile': { text: '' } };
  const { policy } = await applyToFakes(policyOf(['write /home/me']), ceiling, tree);
  const kept = policy.rules.filter(({ access }) => access === 'read');
  expect(kept.map(({ path, origin, placeholderText }) => [path, nameOf(origin), placeholderText])).toEqual([
    ['/home/me/.gitconfig', 'default: executableConfiguration', ''],
    ['/home/me/.github', 'ceiling: protectedNames.1', undefined],
    ['/home/me/.profile', 'default: executableConfiguration', undefined],
    ['/home/me/.ssh', 'default: executableConfiguration', undefined],
    ['/home/me/.vimrc', 'default: executableConfiguration', undefined],
    ['/home/me/Makefile', 'ceiling: protectedNames.0', undefined],
  ]);
});

test('in a directory that goes with the command nothing is kept at the top', async () => {
  const tree: Readonly<Record<string, FakeFile>> = { '/own/.vimrc': { text: '' } };
  expect(await keptIn('/own', tree, { ...CEILING, passing: ['/own'] })).toEqual({
    rules: ['write /own'],
    gaps: [],
  });
});
