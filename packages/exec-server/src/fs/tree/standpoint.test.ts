import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errnoOf } from '../file-error.js';
import { Tree } from '../testing/tree.js';
import { remove } from './remove.js';
import { Standpoint } from './standpoint.js';

const ALL = { recursive: true, force: true, followSymlinks: true };
const FOLLOW = { followSymlinks: true };

const name = (text: string): Buffer => Buffer.from(text);

test('who goes through a tree goes down by names, by no link, and back up', async () => {
  using tree = new Tree();
  tree.directory('a/b');
  tree.link('a/link', 'b');
  tree.link('alias', 'a');
  const place = await Standpoint.in(tree.path('alias'), FOLLOW);
  try {
    expect(errnoOf(await place.enter(name('link')).catch((error: unknown) => error))).toBe('ENOTDIR');
    await place.enter(name('b'));
    const below = place.itself.path;
    await place.leave();
    expect([below, place.itself.path]).toEqual([tree.path('alias/b'), tree.path('alias')]);
  } finally {
    await place.close();
  }
});

test.runIf(process.platform === 'linux')(
  'who stands in a directory that is moved away does not come out somewhere else',
  async () => {
    using tree = new Tree();
    tree.directory('a/b');
    tree.directory('other');
    const place = await Standpoint.in(tree.path('a'), FOLLOW);
    try {
      await place.enter(name('b'));
      renameSync(tree.text('a/b'), tree.text('other/b'));
      await expect(place.leave()).rejects.toMatchObject({ kind: 'fileSystemFailed' });
    } finally {
      await place.close();
    }
  },
);

test('a tree is removed however deep it is, with whatever names and however many', async () => {
  using tree = new Tree();
  for (let n = 0; n < 1100; n += 1) mkdirSync(tree.text(`tree/many/d${String(n)}/e`), { recursive: true });
  for (let n = 0; n < 200; n += 1) tree.file(`tree/files/f${String(n)}`);
  mkdirSync(tree.text(`tree/${'d/'.repeat(300)}`), { recursive: true });
  if (process.platform === 'linux') {
    mkdirSync(Buffer.concat([tree.path('tree'), Buffer.from([0x2f, 0xff])]));
    mkdirSync(Buffer.concat([tree.path('tree'), Buffer.from([0x2f, 0xff, 0x2f, 0xfe])]));
  }
  mkdirSync(tree.text('tree/shut'), { mode: 0 });
  await remove(tree.path('tree'), ALL);
  expect(readdirSync(tree.root)).toEqual([]);
});
