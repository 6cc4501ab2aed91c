import { expect, test } from 'vitest';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import { namedByConfigs } from './config-targets.js';

/** What of `/ws` stays as it is by an alias, and what is no program there. */
function namedByAlias(value: string): {
  readonly kept: readonly string[];
  readonly missing: readonly string[];
} {
  const files = ['src/index.js', 'docs/guide.md', 'tools/x', 'tools/x.js', 'clean.sh', 'hooks/pre-commit'];
  const tree = Object.fromEntries(files.map((path): [string, FakeFile] => [`/ws/${path}`, { text: '' }]));
  const config: FakeFile = { text: `[alias] a = "${value.replaceAll(/["\\]/g, '\\$&')}"` };
  const all = fakeFiles({ '/ws/.git/config': config, ...tree });
  const { paths, missing } = namedByConfigs(new Map([['/ws/.git', ['/ws']]]), ['/ws'], all);
  const keptInWorktree = paths.filter(({ path }) => !path.startsWith('/ws/.git/'));
  const inWorktree = missing.filter(({ path }) => !path.startsWith('/ws/.git/'));
  return {
    kept: keptInWorktree.map(({ path }) => path.slice('/ws/'.length)).toSorted(),
    missing: inWorktree.map(({ path }) => path.slice('/ws/'.length)),
  };
}

test.each([
  'log --oneline src/',
  'log --format=%h/%an -- docs/guide.md clean.sh',
  '--no-pager diff --stat src docs/guide.md',
  'grep -n foo src/ docs/guide.md',
  'rebase tools/x clean.sh',
  'bisect start HEAD HEAD~9 -- src/',
])('words that git takes for files or revisions may be written, and are looked for nowhere: %s', (value) => {
  expect(namedByAlias(value)).toEqual({ kept: [], missing: [] });
});

test.each<[string, readonly string[]]>([
  ['!node ./tools/x', ['tools/x']],
  ['bisect run sh clean.sh', ['clean.sh']],
  ['bisect run node src', []],
  ["rebase -i --exec 'node src/' HEAD~3", ['src/index.js']],
  ["submodule foreach 'node ./src; sh clean.sh'", ['clean.sh', 'src/index.js']],
  ["difftool --extcmd='node ./src'", ['src/index.js']],
  ["filter-branch --tree-filter 'sh clean.sh'", ['clean.sh']],
  ["grep -O'tools/x -v' foo", ['tools/x']],
  ["fetch --upload-pack='sh clean.sh'", ['clean.sh']],
])('what a shell runs of an alias stays as it is: %s', (value, kept) => {
  expect(namedByAlias(value).kept).toEqual(kept);
});

test.each<[string, readonly string[]]>([
  ['-c core.hooksPath=hooks commit', ['hooks']],
  ['-p -c core.bare -c core.pager="node src/" log docs/guide.md', ['src/index.js']],
  ["-c 'filter.x.clean=sh clean.sh' -c Core.fsMonitor=tools/x status", ['clean.sh', 'tools/x']],
  ['-c include.path=/ws/docs/guide.md -c core.worktree=src log', ['docs/guide.md']],
  ["-c 'alias.b=!tools/x' b", ['tools/x']],
])('what an alias sets for its command counts like lines of the config: %s', (value, kept) => {
  expect(namedByAlias(value).kept).toEqual(kept);
});

test('of another command, which may be a program or another alias, files that are named by a path stay as they are', () => {
  expect(namedByAlias('lint tools/x src/ clean.sh')).toEqual({
    kept: ['tools/x'],
    missing: ['lint tools/x src/ clean.sh', 'src'],
  });
});
