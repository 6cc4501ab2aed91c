import { expect, test } from 'vitest';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import { namedByConfigs } from './config-targets.js';
import { MAIN_OF_DIRECTORY, SCRIPT_ENDINGS } from './script-endings.js';

/** What of `/ws` stays as it is by a config, and what is no program, with the endings by which it may become one. */
function programsOf(
  config: string,
  files: readonly string[],
  more: Readonly<Record<string, FakeFile>> = {},
): { readonly kept: readonly string[]; readonly missing: Readonly<Record<string, readonly string[]>> } {
  const tree = Object.fromEntries(files.map((path): [string, FakeFile] => [`/ws/${path}`, { text: '' }]));
  const all = fakeFiles({ '/ws/.git/config': { text: config }, ...tree, ...more });
  const { paths, missing } = namedByConfigs(new Map([['/ws/.git', ['/ws']]]), ['/ws'], all);
  // A whole command may be a name as well.
  const inWorktree = missing.filter(({ path }) => !path.startsWith('/ws/.git/') && !path.includes(' '));
  return {
    kept: paths.map(({ path }) => path.slice('/ws/'.length)),
    missing: Object.fromEntries(
      inWorktree.map(({ path, otherEndings = [] }) => [path.slice('/ws/'.length), otherEndings]),
    ),
  };
}

const ENDINGS = [...SCRIPT_ENDINGS, ...MAIN_OF_DIRECTORY];

function endingsBut(...taken: readonly string[]): readonly string[] {
  return ENDINGS.filter((ending) => !taken.includes(ending));
}

test.each<[string, string, readonly string[]]>([
  ['a missing path', 'node ./tools/clean', ['tools/clean.js']],
  ['a directory', 'node ./tools/nd', ['tools/nd/index.js']],
  ['a directory of Python', "sh -c 'python3 ./tools/cl %f'", ['tools/cl/__main__.py']],
  ['a directory beside such a file', 'node tools/both', ['tools/both.cjs', 'tools/both/index.mjs']],
  ['an option', 'node --require=./tools/clean ./tools/ok', ['tools/ok', 'tools/clean.js']],
  ['the top of a work tree', 'node ./', ['index.js']],
  ['the top of another one', 'node ./sub', ['sub/index.js']],
])('what an interpreter finds under another name stays as it is: %s', (_, command, kept) => {
  const files = [
    ...[
      'tools/clean.js',
      'tools/clean.txt',
      'tools/nd/index.js',
      'tools/nd/package.json',
      'tools/nd/other.js',
    ],
    ...['tools/cl/__main__.py', 'tools/cl/other.py', 'tools/both.cjs', 'tools/both/index.mjs', 'tools/ok'],
    ...['tools/ok.js', 'index.js', 'package.json', 'sub/.git', 'sub/index.js', 'sub/package.json'],
  ];
  expect(programsOf(`[filter "x"] clean = "${command}"`, files).kept).toEqual(kept);
});

test('what is missing of that is known', () => {
  const config = '[filter "x"] clean = node tools/clean\nsmudge = node tools/nd\nprocess = node later/x';
  const files = ['tools/clean.js', 'tools/nd/index.js'];
  const links: Readonly<Record<string, FakeFile>> = { '/ws/tools/clean.py': { link: '../impl.py' } };
  expect(programsOf(config, files, links)).toEqual({
    kept: ['tools/clean.js', 'tools/nd/index.js'],
    missing: {
      'tools/clean': endingsBut('.js', '.py'),
      'tools/nd': endingsBut('/index.js'),
      'later/x': ENDINGS,
      'impl.py': [],
    },
  });
});

test('what a config names in a directory that this user has shut stays as it is with that, and nothing in one of others', () => {
  const config =
    '[filter "x"] clean = tools/clean\nsmudge = tools/deep/x\nprocess = theirs/x\n[some] key = own/word';
  const shut: Readonly<Record<string, FakeFile>> = {
    '/ws/tools': 'shut',
    '/ws/own': 'shut',
    '/ws/theirs': 'shutByOthers',
  };
  expect(programsOf(config, ['tools/clean'], shut)).toEqual({ kept: ['tools', 'own'], missing: {} });
});

test('git runs the first word of a command by its very name, and so every program of a key that nobody knows', () => {
  const config = '[core] fsmonitor = ./tools/clean --all\n[some] key = node ./tools/clean';
  expect(programsOf(config, ['tools/clean.js'])).toEqual({ kept: [], missing: { 'tools/clean': [] } });
});

test.each<[string, string, readonly string[]]>([
  ['behind the first word', 'filter "x"] clean = sh clean.sh', ['clean.sh']],
  ['in quotes', `alias] x = "!sh -c 'ruby clean.rb'"`, ['clean.rb']],
  ['of an option', 'core] sshCommand = node --import=hook.mjs -rhook.cjs', ['hook.mjs', 'hook.cjs']],
  ['alone', 'core] pager = clean.sh', []],
  ['of a key that is not known', 'some] key = sh clean.sh', []],
  ['with another ending', 'filter "x"] clean = awk -f clean.awk README diff', []],
  ['a pattern', 'alias] x = !ls *.sh', []],
  ['what people write while they work', 'alias] x = !jq .version package.json', []],
])('a script without a slash stays as it is at the top of the work tree: %s', (_, config, kept) => {
  const files = [
    'clean.sh',
    'clean.rb',
    'clean.awk',
    'hook.mjs',
    'hook.cjs',
    'README',
    'diff',
    '*.sh',
    '.git/clean.sh',
    'package.json',
  ];
  expect(programsOf(`[${config}`, files)).toEqual({ kept, missing: {} });
});

test('a script that is missing there is known', () => {
  expect(programsOf('[filter "x"] clean = sh clean.sh', [])).toEqual({
    kept: [],
    missing: { 'clean.sh': [] },
  });
});
