import { expect, test } from 'vitest';
import { KnownRepositories } from './known-repositories.js';

function gitPaths(root: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${root}/${at}/.git`);
}

/** With its root, each has 2 + 9 characters for every path. */
function keep(known: KnownRepositories, root: string, count: number): void {
  known.keep(root, { gitPaths: gitPaths(root, count), repositories: [] });
}

test('what is known of a root stays beside any number of roots without repositories', () => {
  const known = new KnownRepositories(11);
  keep(known, '/w', 1);
  for (let at = 0; at < 100; at++) known.keep(`/${at}`, { gitPaths: [], repositories: [] });
  expect(known.below('/w').gitPaths).toEqual(['/w/0/.git']);
});

test('so much is known, and beyond it what was found last where most is known is forgotten', () => {
  const known = new KnownRepositories(11 + 2 + 6 * 9);
  keep(known, '/w', 1);
  keep(known, '/a', 6);
  expect(['/w', '/a'].map((root) => known.below(root).gitPaths)).toEqual([
    gitPaths('/w', 1),
    gitPaths('/a', 6),
  ]);
  keep(known, '/b', 1);
  expect(['/w', '/a', '/b'].map((root) => known.below(root).gitPaths)).toEqual([
    gitPaths('/w', 1),
    gitPaths('/a', 3),
    gitPaths('/b', 1),
  ]);
});

test('a root of which too much is found at once takes nothing from others', () => {
  const known = new KnownRepositories(100);
  keep(known, '/w', 2);
  keep(known, '/a', 9);
  keep(known, '/b', 9);
  expect(known.below('/w').gitPaths).toEqual(gitPaths('/w', 2));
  known.keep('/c', { gitPaths: ['/c/'.padEnd(200, 'x')], repositories: [] });
  expect([known.below('/w').gitPaths, known.below('/c').gitPaths]).toEqual([gitPaths('/w', 2), []]);
});

test('of two roots of which as much is known, the one that came first stays as it is', () => {
  const known = new KnownRepositories(20);
  keep(known, '/w', 1);
  keep(known, '/a', 1);
  expect([known.below('/w').gitPaths, known.below('/a').gitPaths]).toEqual([gitPaths('/w', 1), []]);
});
