import { expect, test } from 'vitest';
import { nodeFiles } from '../local/node-files.js';
import { directoryOf, isPartial, nameUriOf, partialUri, temporaryUri } from './partial-file.js';

test('a temporary file lies beside its file, under a name that is not used twice', () => {
  const names = [temporaryUri('file:///d/f'), temporaryUri('file:///d/f')];
  for (const name of names) expect(name).toMatch(/^file:\/\/\/d\/\.holdfast-[^/]+\.part$/);
  expect(new Set(names).size).toBe(2);
  expect(names.map(isPartial)).toEqual([true, true]);
});

test('what is to be gone on with has the same name each time, and another for every source and destination', () => {
  const name = (uri: string, source: string): string => partialUri(uri, source, nodeFiles);
  const one = name('file:///d/f', 'here');
  expect(one).toMatch(/^file:\/\/\/d\/\.holdfast-[0-9a-f]{32}\.part$/);
  expect(name('file:///d/f', 'here')).toBe(one);
  expect(new Set([one, name('file:///d/f', 'there'), name('file:///d/g', 'here')]).size).toBe(3);
  expect(isPartial(one)).toBe(true);
});

test.each(['f.part', '.holdfast-f', '.holdfast-../x.part', '.holdfast-xyz.part'])(
  '%s is none of ours',
  (name) => {
    expect(isPartial(`file:///d/${name}`)).toBe(false);
  },
);

test.each([
  ['file:///d/f', 'file:///d'],
  ['file:///f', 'file:///'],
])('%s lies in %s', (uri, directory) => {
  expect(directoryOf(uri)).toBe(directory);
  expect(nameUriOf(directory, uri)).toBe(uri);
});
