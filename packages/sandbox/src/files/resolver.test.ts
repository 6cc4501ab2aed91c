import { describe, expect, test } from 'vitest';
import type { FileFacts } from './file-facts.js';
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
    const resolve = resolverIn(FILES);
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
  const resolve = resolverIn(files);
  resolve('/a/b/file');
  const first = looks;
  for (let at = 0; at < 100; at += 1) resolve(`/a/b/${at}`);
  expect(looks - first).toBe(100);
});
