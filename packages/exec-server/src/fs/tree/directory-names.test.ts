import { writeFileSync } from 'node:fs';
import { MAX_READ_DIRECTORY_BYTES, MAX_READ_DIRECTORY_ENTRIES } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { joinPath } from '../native-path.js';
import { kindOf, Tree } from '../testing/tree.js';
import { readNames, writeNames } from './directory-names.js';

/** Names of each kind, with what JSON escapes, what has several bytes, and what is no text. */
function oddTree(): Tree {
  const tree = new Tree();
  for (const name of ['"', '\\', '\x01\x02', 'ü€', '😀', ' ']) tree.file(name);
  writeFileSync(joinPath(tree.path(''), Buffer.from('a\xff', 'latin1')), '');
  tree.directory('d');
  tree.link('l', 'd');
  tree.link('null', '/dev/null');
  tree.link('nowhere', 'missing');
  return tree;
}

/** What is answered, within so many bytes. */
async function answered(tree: Tree, limitBytes: number): Promise<string | undefined> {
  const names = await readNames(tree.path(''), limitBytes);
  return names && (await writeNames(names, limitBytes));
}

test('the entries of a directory are written as what they are, each name as it is', async () => {
  using tree = oddTree();
  const answer = (await answered(tree, MAX_READ_DIRECTORY_BYTES)) ?? expect.unreachable();
  const { entries } = JSON.parse(answer) as { readonly entries: readonly { readonly fileName: string }[] };
  const entry = (fileName: string, isDirectory: boolean, isFile: boolean): object => ({
    fileName,
    isDirectory,
    isFile,
  });
  expect(entries.toSorted((one, other) => (one.fileName < other.fileName ? -1 : 1))).toEqual([
    entry('\x01\x02', false, true),
    entry(' ', false, true),
    entry('"', false, true),
    entry('\\', false, true),
    entry('a\ufffd', false, true),
    entry('d', true, false),
    entry('l', true, false),
    entry('null', false, false),
    entry('ü€', false, true),
    entry('😀', false, true),
  ]);
});

test('an answer has as many bytes as it may have, escapes and all, and not one more', async () => {
  using tree = oddTree();
  using empty = new Tree();
  for (const some of [tree, empty]) {
    const whole = (await answered(some, MAX_READ_DIRECTORY_BYTES)) ?? expect.unreachable();
    const bytes = Buffer.byteLength(whole);
    expect(await answered(some, bytes)).toBe(whole);
  }
  const bytes = Buffer.byteLength((await answered(tree, MAX_READ_DIRECTORY_BYTES)) ?? '');
  const names = (await readNames(tree.path(''), bytes)) ?? expect.unreachable();
  expect([await readNames(tree.path(''), bytes - 1), await writeNames(names, bytes - 1)]).toEqual([
    undefined,
    undefined,
  ]);
});

test('a directory that no answer has room for is refused', async () => {
  using tree = new Tree();
  for (const name of ['a', 'b', 'c']) tree.file(name);
  const read = (entries: number, bytes: number): Promise<unknown> =>
    readNames(tree.path(''), bytes, { entries, bytes });
  const bytes = Buffer.byteLength((await answered(tree, MAX_READ_DIRECTORY_BYTES)) ?? '');
  const files: unknown = expect.stringMatching(/^[abc]\/[abc]\/[abc]$/);
  expect(await read(3, bytes)).toEqual({ directories: '', files, others: '' });
  await expect(read(2, bytes)).rejects.toThrow(
    `"${tree.root}" has more than 2 entries; list the first of them with fs/walk`,
  );
  await expect(read(3, bytes - 1)).rejects.toThrow(
    `the names in "${tree.root}" take more than ${bytes - 1} bytes; list the first of them with fs/walk`,
  );
  expect([await kindOf(read(2, bytes)), await kindOf(read(3, bytes - 1))]).toEqual([
    'fileTooLarge',
    'fileTooLarge',
  ]);
});

test('names of a helper that nobody may have so many of are not written', async () => {
  const many = (count: number): Promise<string | undefined> =>
    writeNames({ directories: 'd', files: '/'.repeat(count - 2), others: '' }, MAX_READ_DIRECTORY_BYTES);
  const most = (await many(MAX_READ_DIRECTORY_ENTRIES)) ?? expect.unreachable();
  expect((JSON.parse(most) as { readonly entries: readonly unknown[] }).entries.length).toBe(
    MAX_READ_DIRECTORY_ENTRIES,
  );
  expect([await many(MAX_READ_DIRECTORY_ENTRIES + 1), await many(20 * MAX_READ_DIRECTORY_ENTRIES)]).toEqual([
    undefined,
    undefined,
  ]);
});

test('others have their turns while many names are written', async () => {
  const files = Array.from({ length: 10_000 }, String).join('/');
  const state = { turns: 0, isOver: false };
  const count = (): void => {
    state.turns += 1;
    if (!state.isOver) setImmediate(count);
  };
  setImmediate(count);
  await writeNames({ directories: '', files, others: '' }, MAX_READ_DIRECTORY_BYTES);
  state.isOver = true;
  expect(state.turns).toBeGreaterThan(10);
});
