import { expect, test } from 'vitest';
import { PathMap } from './path-map.js';

test('the nearest is at the path or above it, and a name that only begins alike is another one', () => {
  const map = new PathMap<string>();
  for (const path of ['/a', '/a/b/c', '/a/b/c']) map.set(path, path);
  const asked = ['/', '/a', '/ab', '/a/b', '/a/b/c', '/a/b/cd', '/a/b/c/d/e', '/x/y'];
  expect(asked.map((path) => map.nearest(path))).toEqual([
    undefined,
    '/a',
    undefined,
    '/a',
    '/a/b/c',
    '/a',
    '/a/b/c',
    undefined,
  ]);
  map.set('/', '/');
  expect([map.nearest('/'), map.nearest('/x/y')]).toEqual(['/', '/']);
});

test('what is above holds the path, the root first, and what is within is at the path or below it', () => {
  const map = new PathMap<string>();
  for (const path of ['/', '/a', '/a/b/c', '/ab', '/a/b/d/e', '/x']) map.set(path, path);
  const asked = ['/', '/a', '/a/b', '/a/b/c', '/a/b/c/d', '/y'];
  expect(asked.map((path) => [[...map.above(path)], [...map.within(path)].sort()])).toEqual([
    [[], ['/', '/a', '/a/b/c', '/a/b/d/e', '/ab', '/x']],
    [['/'], ['/a', '/a/b/c', '/a/b/d/e']],
    [
      ['/', '/a'],
      ['/a/b/c', '/a/b/d/e'],
    ],
    [['/', '/a'], ['/a/b/c']],
    [['/', '/a', '/a/b/c'], []],
    [['/'], []],
  ]);
});

test('what is next within a path is below it, with nothing known between', () => {
  const map = new PathMap<string>();
  for (const path of ['/a', '/a/b/c', '/a/b/c/d', '/a/e', '/ab']) map.set(path, path);
  const asked = ['/', '/a', '/a/b', '/a/b/c', '/a/e', '/y'];
  expect(asked.map((path) => [...map.nextWithin(path)].sort())).toEqual([
    ['/a', '/ab'],
    ['/a/b/c', '/a/e'],
    ['/a/b/c'],
    ['/a/b/c/d'],
    [],
    [],
  ]);
});
