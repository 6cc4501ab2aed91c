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

test('so does what of them lies below a directory of the home that may be written, wherever a link to it leads', async () => {
  const ceiling: Ceiling = {
    ...CEILING,
    protectedIfThere: [...CEILING.protectedIfThere, '.config/fish', '.config/nvim'],
  };
  const kept = (at: string): readonly string[] => [
    `write ${at}`,
    `read ${at}/.profile/`,
    `read ${at}/fish`,
    `read ${at}/git/`,
  ];
  const inHome: typeof HOME = { '/home/me/.config/fish/config.fish': { text: '' } };
  expect(await keptIn('/home/me/.config', inHome, ceiling)).toEqual({
    rules: kept('/home/me/.config'),
    gaps: [],
  });
  const linked: typeof HOME = { '/home/me/.config': { link: '/data/conf' }, '/data/conf/fish': 'directory' };
  expect(await keptIn('/data/conf', linked, ceiling)).toEqual({ rules: kept('/data/conf'), gaps: [] });
});

test('what is protected in a home is opened by an entry that names it, or something in it', async () => {
  const tree: typeof HOME = { '/home/me/.config/git/hooks': 'directory', '/home/me/.ssh/sub': 'directory' };
  const opened = ['/home/me/.config/git', '/home/me/.config/git/hooks', '/home/me/.ssh', '/home/me/.ssh/sub'];
  expect(await Promise.all(opened.map((path) => keptIn(path, tree)))).toEqual(
    opened.map((path) => ({ rules: [`write ${path}`, `read ${path}/.profile/`], gaps: [] })),
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
