import { expect, test } from 'vitest';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import { MAX_CONFIG_BYTES, MAX_CONFIG_MOUNTS, MAX_CONFIG_SHARES } from '../limits.js';
import { namedByConfigs } from './config-targets.js';

const ROOT = '/ws';

/** What is named by the configs of repositories, by their work trees, in the order of which they were found. */
function named(configs: Readonly<Record<string, string>>): {
  paths: readonly string[];
  gaps: readonly string[];
} {
  const tree = Object.entries(configs).map(([at, text]): [string, FakeFile] => [
    `${at}/.git/config`,
    { text },
  ]);
  const worktrees = new Map(Object.keys(configs).map((at) => [`${at}/.git`, [at]]));
  const { paths, gaps } = namedByConfigs(worktrees, [ROOT], fakeFiles(Object.fromEntries(tree)));
  return { paths: paths.map(({ path }) => path), gaps: gaps.map(({ text }) => text) };
}

/** As many more as there may be, each with a config. */
function more(text: string): Readonly<Record<string, string>> {
  const names = Array.from({ length: MAX_CONFIG_SHARES - 1 }, (_, at) => `${ROOT}/x/${at}`);
  return Object.fromEntries(names.map((at) => [at, text]));
}

const hooks = (count: number): string =>
  Array.from({ length: count }, (_, at) => `[core] hooksPath = a/b/h${at}\n`).join('');

const belowGit = (at: string, count: number): readonly string[] =>
  [at, `${at}/.git`]
    .flatMap((base) => Array.from({ length: count }, (_, name) => `${base}/a/b/h${name}`))
    .sort();

test.each([
  ['first', (own: object, others: object) => ({ ...own, ...others })],
  ['last', (own: object, others: object) => ({ ...others, ...own })],
])('what repositories do not need is there for one that comes %s', (_, inOrder) => {
  const own = `${ROOT}/own`;
  // More than an equal part of anything.
  const long = hooks(50).padEnd((2 * MAX_CONFIG_BYTES) / MAX_CONFIG_SHARES, '#');
  const { paths, gaps } = named(inOrder({ [own]: long }, more('#')));
  expect([[...paths].sort(), gaps]).toEqual([belowGit(own, 50), []]);
});

test('the repository of what may be written has its part, whatever others want', () => {
  const { paths } = named({ ...more(hooks(50)), [ROOT]: hooks(50) });
  expect(paths.filter((path) => /^.ws.(.git|a)/.test(path)).sort()).toEqual(belowGit(ROOT, 50));
});

/** Names so many places besides, where nothing is. */
const looking = (count: number): string =>
  `[core] pager = ${Array.from({ length: count }, (_, at) => `z/${at}`).join(' ')}\n`;

test.each([
  ['want all of it', [hooks(600), hooks(600), hooks(600)]],
  ['want more than their part, one after the other', [hooks(100), hooks(200), hooks(300), hooks(400)]],
  ['want little, but for one', [hooks(1), hooks(1), hooks(1), hooks(1000)]],
  [
    'keep what they have, since too little is left of something else, but for one',
    [hooks(100) + looking(3000), hooks(100) + looking(3000), hooks(900), ''],
  ],
])('no more mounts are made for all together where they %s', (_, texts) => {
  const configs = Object.fromEntries(texts.map((text, at) => [`${ROOT}/${at}`, text]));
  const { paths } = named(configs);
  const pins = new Set(paths.map((path) => path.slice(0, path.lastIndexOf('/'))));
  // Those of `a` and `b`.
  const mounts = paths.length + 2 * pins.size;
  expect(mounts).toBeLessThanOrEqual(MAX_CONFIG_MOUNTS);
  expect(mounts).toBeGreaterThan(MAX_CONFIG_MOUNTS * 0.9);
});
