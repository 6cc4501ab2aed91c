import { expect, test } from 'vitest';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import { MAX_MISSING_PROGRAMS } from '../limits.js';
import { linesOf, policyOf } from '../policy/testing/rules.js';
import { namedByConfigs } from './config-targets.js';
import { applyToFakes } from './testing/apply-to-fakes.js';
import { BARE_CEILING } from './testing/bare-ceiling.js';

test('missing programs that a config names stay missing by nothing, and are known where they could be made', async () => {
  const config = `[core]
    fsmonitor = tools/watch
    sshCommand = /elsewhere/ssh
    pager = there
    [filter "x"]
    clean = ./bin/clean
    [some] key = other/program
    [alias] l = !refs/heads/main`;
  const tree: Readonly<Record<string, FakeFile>> = {
    '/ws/.git/config': { text: config },
    '/ws/.git/hooks': 'directory',
    '/ws/.git/commondir': { text: '.' },
  };
  const { policy, missingPrograms } = await applyToFakes(policyOf(['write /ws']), BARE_CEILING, tree);
  const missing = (path: string, isOnlyIfExecutable = false): unknown => ({
    path,
    repository: '/ws/.git',
    isOnlyIfExecutable,
  });
  expect(missingPrograms).toEqual([
    missing('/ws/tools/watch'),
    missing('/ws/.git/tools/watch'),
    missing('/ws/bin/clean'),
    missing('/ws/.git/bin/clean'),
    missing('/ws/refs/heads/main'),
    missing('/ws/other/program', true),
    missing('/ws/.git/other/program', true),
  ]);
  expect(linesOf(policy.rules)).toEqual([
    'write /ws',
    ...['commondir', 'config', 'config.worktree/', 'hooks'].map((part) => `read /ws/.git/${part}`),
  ]);
});

test('what is no program although a config names it counts as missing: a directory, and by a key that is not known what cannot be executed', async () => {
  const config = `[core]
    fsmonitor = tools/watch
    sshCommand = tools/ssh
    [some]
    directory = other/directory
    text = other/text
    key = other/program`;
  const tree: Readonly<Record<string, FakeFile>> = {
    '/ws/.git/config': { text: config },
    '/ws/.git/hooks': 'directory',
    '/ws/.git/commondir': { text: '.' },
    '/ws/.git/tools/watch': 'directory',
    '/ws/.git/tools/ssh': 'directory',
    '/ws/.git/other': 'directory',
    '/ws/tools/watch': 'directory',
    '/ws/tools/ssh': { text: '' },
    '/ws/other/directory': 'directory',
    '/ws/other/text': { text: '' },
    '/ws/other/program': { text: '', isProgram: true },
  };
  const { policy, missingPrograms } = await applyToFakes(policyOf(['write /ws']), BARE_CEILING, tree);
  const inBoth = (name: string): readonly string[] => [`/ws/${name}`, `/ws/.git/${name}`];
  expect(missingPrograms.map(({ path, isOnlyIfExecutable }) => [path, isOnlyIfExecutable])).toEqual([
    ...inBoth('tools/watch').map((path) => [path, false]),
    ['/ws/.git/tools/ssh', false],
    ...['other/directory', 'other/text'].flatMap(inBoth).map((path) => [path, true]),
    ['/ws/.git/other/program', true],
  ]);
  expect(linesOf(policy.rules)).toEqual([
    'write /ws',
    ...['commondir', 'config', 'config.worktree/', 'hooks'].map((part) => `read /ws/.git/${part}`),
    'read /ws/other/program',
    'read /ws/tools/ssh',
  ]);
});

test('so many are known, and of the rest a note tells', () => {
  const words = Array.from({ length: MAX_MISSING_PROGRAMS }, (_, at) => `!t/${at}`);
  const config = `[alias]\n${words.map((word) => `a = ${word}`).join('\n')}`;
  const tree = fakeFiles({ '/ws/.git/config': { text: config } });
  const { missing, gaps } = namedByConfigs(new Map([['/ws/.git', ['/ws']]]), ['/ws'], tree);
  const text = `${MAX_MISSING_PROGRAMS} programs that git configs name and that are none now are not looked for when the command has ended, such as /ws/t/512 of /ws/.git, since they come after ${MAX_MISSING_PROGRAMS} others; let configs name fewer`;
  expect({ known: missing.length, gaps }).toEqual({
    known: MAX_MISSING_PROGRAMS,
    gaps: [{ path: '/ws/t/512', text }],
  });
});
