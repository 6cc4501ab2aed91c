import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MissingWatches } from './missing-watches.js';
import { Tree } from './testing/tree.js';

function world(limit?: number) {
  const tree = new Tree();
  const changed: number[] = [];
  let wake: () => void = () => undefined;
  const watches = new MissingWatches((id) => {
    changed.push(id);
    wake();
  }, limit);
  const news = async (): Promise<readonly number[]> => {
    if (changed.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return changed.splice(0);
  };
  const end = (): void => {
    watches.close();
    tree[Symbol.dispose]();
  };
  return { tree, watches, news, changed, [Symbol.dispose]: end };
}

test('a path that appears is told once', async () => {
  using here = world();
  const { tree, watches, news, changed } = here;
  expect(await watches.add(1, { missing: [tree.path('later')], present: undefined })).toBe(true);
  writeFileSync(tree.text('later'), '');
  expect(await news()).toEqual([1]);
  writeFileSync(tree.text('later'), 'again');
  expect(await watches.add(1, { missing: [tree.path('other')], present: undefined })).toBe(true);
  writeFileSync(tree.text('other'), '');
  expect(await news()).toEqual([1]);
  expect(changed).toEqual([]);
});

test('a path appears although the directories above it did not exist either', async () => {
  using here = world();
  const { tree, watches, news } = here;
  await watches.add(7, { missing: [tree.path('a/b/c')], present: undefined });
  mkdirSync(tree.text('a'));
  mkdirSync(tree.text('a/b'));
  writeFileSync(tree.text('a/b/c'), '');
  expect(await news()).toEqual([7]);
});

test('a path that goes is told, also with the directory above it', async () => {
  using here = world();
  const { tree, watches, news } = here;
  const missing = [tree.path('never')];
  await watches.add(1, { missing, present: tree.file('dir/present') });
  rmSync(tree.text('dir/present'));
  expect(await news()).toEqual([1]);
  await watches.add(2, { missing, present: tree.file('dir/present') });
  renameSync(tree.text('dir'), tree.text('elsewhere'));
  expect(await news()).toEqual([2]);
});

test('nothing is watched without need, twice, or beyond the limit', async () => {
  using here = world(1);
  const { tree, watches } = here;
  const wait = { missing: [tree.path('later')], present: undefined };
  expect(await watches.add(1, { missing: [], present: undefined })).toBe(false);
  expect(await watches.add(1, { missing: [tree.file('there')], present: undefined })).toBe(false);
  expect(await watches.add(1, { ...wait, present: tree.path('gone') })).toBe(false);
  expect(await watches.add(1, wait)).toBe(true);
  expect(await watches.add(1, wait)).toBe(false);
  expect(await watches.add(2, wait)).toBe(false);
});
