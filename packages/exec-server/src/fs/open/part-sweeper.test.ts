import { chmodSync, readdirSync, utimesSync } from 'node:fs';
import { PARTIAL_FILE_TTL_MS } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { Tree } from '../testing/tree.js';
import { FileHandles } from './file-handles.js';
import { LocalFile } from './local-file.js';
import { SoleWriters } from './sole-writers.js';

const OLD = new Date(Date.now() - PARTIAL_FILE_TTL_MS - 3_600_000);
const OPENED = '.holdfast-ab.part';

function age(tree: Tree, ...names: readonly string[]): void {
  for (const name of names) utimesSync(tree.text(name), OLD, OLD);
}

async function openPart(files: FileHandles, tree: Tree, name: string, followSymlinks = false): Promise<void> {
  const open = () => LocalFile.open(tree.path(name), 'keep', { followSymlinks });
  await files.open(name, open, true);
}

test.each([true, false])(
  'who begins a part removes those that are older than a week, and nothing else (links followed: %s)',
  async (followSymlinks) => {
    using tree = new Tree();
    const names = ['.holdfast-01.part', '.holdfast-02.part', 'users.part', '.holdfast-xyz.part'];
    for (const name of names) tree.file(name);
    tree.directory('.holdfast-03.part');
    age(tree, '.holdfast-01.part', 'users.part', '.holdfast-xyz.part', '.holdfast-03.part');
    const files = new FileHandles();
    await openPart(files, tree, OPENED, followSymlinks);
    await files.closeAll();
    expect(readdirSync(tree.root).sort()).toEqual(
      ['.holdfast-02.part', '.holdfast-03.part', OPENED, '.holdfast-xyz.part', 'users.part'].sort(),
    );
  },
);

test('a part that is gone on with stays, however old it is', async () => {
  using tree = new Tree();
  const writers = new SoleWriters();
  const [one, other] = [new FileHandles({ writers }), new FileHandles({ writers })];
  tree.file('.holdfast-01.part');
  age(tree, '.holdfast-01.part');
  await openPart(one, tree, '.holdfast-01.part');
  await openPart(other, tree, OPENED);
  await one.closeAll();
  await other.closeAll();
  expect(readdirSync(tree.root).sort()).toEqual(['.holdfast-01.part', OPENED]);
});

test('a file of another name is no reason to look, and a directory is looked through once an hour', async () => {
  using tree = new Tree();
  const files = new FileHandles();
  tree.file('.holdfast-01.part');
  age(tree, '.holdfast-01.part');
  await openPart(files, tree, 'f');
  expect(readdirSync(tree.root).sort()).toEqual(['.holdfast-01.part', 'f']);
  await openPart(files, tree, OPENED);
  expect(readdirSync(tree.root).sort()).toEqual([OPENED, 'f']);
  tree.file('.holdfast-01.part');
  age(tree, '.holdfast-01.part');
  await openPart(files, tree, '.holdfast-02.part');
  const later = new Date(Date.now() + 2 * 3_600_000);
  tree.file('.holdfast-03.part');
  utimesSync(tree.text('.holdfast-03.part'), later, later);
  expect(readdirSync(tree.root)).toContain('.holdfast-01.part');
  await openPart(files, tree, '.holdfast-03.part');
  await files.closeAll();
  expect(readdirSync(tree.root).sort()).toEqual(
    ['.holdfast-02.part', '.holdfast-03.part', OPENED, 'f'].sort(),
  );
});

// Root may list everything.
test.skipIf(process.getuid?.() === 0)(
  'a directory that cannot be listed takes files all the same',
  async () => {
    using tree = new Tree();
    const files = new FileHandles();
    chmodSync(tree.root, 0o300);
    await openPart(files, tree, OPENED);
    await files.closeAll();
    chmodSync(tree.root, 0o700);
    expect(readdirSync(tree.root)).toEqual([OPENED]);
  },
);
