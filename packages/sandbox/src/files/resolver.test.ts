import { describe, expect, test } from 'vitest';
import type { FileFacts } from './file-facts.js';
import { LookPool } from './look-pool.js';
import { resolvePath } from './resolve-path.js';
import { resolverIn } from './resolver.js';
import { fakeFiles } from './testing/fake-files.js';

const FILES = fakeFiles({
  '/a/b/file': { text: '' },
  '/a/b/directory': 'directory',
  '/a/b/link': { link: 'file' },
  '/a/b/out': { link: '../../to-b/directory' },
  '/a/b/circle': { link: 'circle' },
  '/to-b': { link: 'a/b' },
  '/shut': 'shut',
});

describe('a resolver says what following the whole path says', () => {
  const names = ['file', 'directory', 'link', 'out', 'circle', 'none', 'none/none', 'file/x', '', '.', '..'];
  const directories = [
    '',
    '/a',
    '/a/b',
    '/to-b',
    '/to-b/directory',
    '/to-b/none',
    '/shut',
    '/a/b/circle',
    '/a/b/file',
  ];
  const paths = directories.flatMap((directory) => names.map((name) => `${directory}/${name}`));

  test.each(paths)('of %s', (path) => {
    const resolve = resolverIn(new LookPool(FILES, 9999));
    // What was asked before changes nothing.
    for (const other of paths) resolve(other);
    expect(resolve(path)).toEqual(resolvePath(path, FILES));
  });
});

test('the way to a directory is followed once for all that lies in it', () => {
  let looks = 0;
  const files: FileFacts = {
    ...FILES,
    look(path) {
      looks += 1;
      return FILES.look(path);
    },
  };
  const resolve = resolverIn(new LookPool(files, 9999));
  resolve('/a/b/file');
  const first = looks;
  for (let at = 0; at < 100; at += 1) resolve(`/a/b/${at}`);
  expect(looks - first).toBe(100);
});

test('links that lead far around are followed as far as there are looks for all of them, and others however many there are', () => {
  const around = 'loop/'.repeat(30);
  const links = Array.from({ length: 50 }, (_, at) => [`/far/${at}`, { link: `${around}end` }] as const);
  const near = Array.from({ length: 50 }, (_, at) => [`/near/${at}`, { link: '../far/end' }] as const);
  const files = fakeFiles({
    '/far/loop': { link: '.' },
    '/far/end': { text: '' },
    ...Object.fromEntries([...links, ...near]),
  });
  const resolve = resolverIn(new LookPool(files, 200));
  const kindsOf = (paths: readonly (readonly [string, unknown])[]): readonly string[] =>
    paths.map(([path]) => resolve(path).kind);
  const far = kindsOf(links);
  expect([far[0], far.at(-1), new Set(kindsOf(near))]).toEqual(['file', 'deadEnd', new Set(['file'])]);
});
