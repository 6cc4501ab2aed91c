import { expect, test } from 'vitest';
import { Tree } from '../testing/tree.js';
import { entriesIn, firstEntriesIn } from './names.js';

const NAMES = Array.from({ length: 1200 }, (_, at) => String(at).padStart(4, '0'));

function fullTree(): Tree {
  const tree = new Tree();
  for (const name of NAMES.toReversed()) tree.file(name);
  tree.directory('0003-directory');
  return tree;
}

test('the first entries of a directory are those by name, in whatever order they are found', async () => {
  using tree = fullTree();
  const first = async (limit: number): Promise<readonly [string[], boolean]> => {
    const { entries, isCut } = await firstEntriesIn(tree.path(''), limit);
    return [entries.map(({ name }) => String(name)), isCut];
  };
  const all = [...NAMES, '0003-directory'].toSorted();
  expect([await first(1), await first(7), await first(1200), await first(1201)]).toEqual([
    [all.slice(0, 1), true],
    [all.slice(0, 7), true],
    [all.slice(0, 1200), true],
    [all, false],
  ]);
});

test('what is not wanted is not counted', async () => {
  using tree = fullTree();
  const { entries, isCut } = await firstEntriesIn(tree.path(''), 1, (entry) => entry.isDirectory());
  expect([entries.map(({ name }) => String(name)), isCut]).toEqual([['0003-directory'], false]);
});

test('others have their turn while a large directory is read', async () => {
  using tree = fullTree();
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const names = new Set<string>();
  for await (const { name } of entriesIn(tree.path(''))) names.add(String(name));
  isOver = true;
  expect([names.size, turns >= 2]).toEqual([1201, true]);
});
