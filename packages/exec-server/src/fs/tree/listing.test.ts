import { expect, test } from 'vitest';
import { namesOf, toNativePath } from '../native-path.js';
import { kindOf, Tree } from '../testing/tree.js';
import { listDirectory } from './listing.js';
import { ListingRoom } from './listing-room.js';

const names = (entries: readonly { readonly uri: string }[]): string[] =>
  entries.map(({ uri }) => String(namesOf(toNativePath(uri, 'path')).at(-1)));

test.each([true, false])(
  'entries come sorted, as many as the limit says (links followed: %s)',
  async (followSymlinks) => {
    using tree = new Tree();
    for (const name of ['b', 'a', 'B', 'ä']) tree.file(name);
    const all = await listDirectory(tree.path('.'), { followSymlinks });
    expect([names(all.entries), all.truncated]).toEqual([['B', 'a', 'b', 'ä'], false]);
    const some = await listDirectory(tree.path('.'), { followSymlinks }, new ListingRoom(), 3);
    expect([names(some.entries), some.truncated]).toEqual([['B', 'a', 'b'], true]);
  },
);

test('a directory that is reached through a link is refused where links are not followed', async () => {
  using tree = new Tree();
  tree.link('l', '.');
  expect(await kindOf(listDirectory(tree.path('l'), { followSymlinks: false }))).toBe('notADirectory');
  expect(names((await listDirectory(tree.path('l'), { followSymlinks: true })).entries)).toEqual(['l']);
});

test('what a listing has no room for is left out, and said to be', async () => {
  using tree = new Tree();
  for (const name of ['a', 'b', 'c']) tree.file(name);
  tree.link('d', 'x'.repeat(300));
  const { entries } = await listDirectory(tree.path(''), { followSymlinks: true });
  const three = entries.slice(0, 3).reduce((sum, { uri }) => sum + uri.length + 128, 0);
  for (const [bytes, length] of [
    [three + 2000, 4],
    [three, 3],
    [three + 300, 3],
    [three - 1, 2],
    [0, 0],
  ] as const) {
    const some = await listDirectory(tree.path(''), { followSymlinks: true }, new ListingRoom(bytes));
    expect(some).toEqual({ entries: entries.slice(0, length), truncated: length < 4 });
  }
});
