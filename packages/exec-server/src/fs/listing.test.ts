import { expect, test } from 'vitest';
import { listDirectory } from './listing.js';
import { namesOf } from './native-path.js';
import { kindOf, Tree } from './testing/tree.js';

const names = (entries: readonly { readonly path: Buffer }[]): string[] =>
  entries.map(({ path }) => String(namesOf(path).at(-1)));

test.each([true, false])(
  'entries come sorted, as many as the limit says (links followed: %s)',
  async (followSymlinks) => {
    using tree = new Tree();
    for (const name of ['b', 'a', 'B', 'ä']) tree.file(name);
    const all = await listDirectory(tree.path('.'), { followSymlinks });
    expect([names(all.entries), all.truncated]).toEqual([['B', 'a', 'b', 'ä'], false]);
    const some = await listDirectory(tree.path('.'), { followSymlinks }, 3);
    expect([names(some.entries), some.truncated]).toEqual([['B', 'a', 'b'], true]);
  },
);

test('a directory that is reached through a link is refused where links are not followed', async () => {
  using tree = new Tree();
  tree.link('l', '.');
  expect(await kindOf(listDirectory(tree.path('l'), { followSymlinks: false }))).toBe('notADirectory');
  expect(names((await listDirectory(tree.path('l'), { followSymlinks: true })).entries)).toEqual(['l']);
});
