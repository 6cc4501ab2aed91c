import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
} from 'node:fs';
import { expect, test } from 'vitest';
import { canonicalize, getMetadata } from '../metadata.js';
import { shownPath } from '../native-path.js';
import { kindOf, Tree } from '../testing/tree.js';
import { copy } from './copy.js';
import { createDirectory, readDirectory } from './directory.js';
import { remove } from './remove.js';

const FOLLOW = { followSymlinks: true };
const NO_FOLLOW = { followSymlinks: false };
const ALL = { recursive: true, force: true, ...FOLLOW };

test('metadata tells of the target, and that the path is a link', async () => {
  using tree = new Tree();
  tree.file('file', 'four');
  tree.link('link', 'file');
  tree.link('dangling', 'nowhere');
  const { modifiedAtMs, createdAtMs, ...facts } = await getMetadata(tree.path('link'), FOLLOW);
  expect(facts).toEqual({
    isDirectory: false,
    isFile: true,
    isSymlink: true,
    size: 4,
    permissions: statSync(tree.text('file')).mode & 0o777,
  });
  expect(modifiedAtMs).toBe(Math.floor(statSync(tree.text('file')).mtimeMs));
  expect(Number.isInteger(createdAtMs)).toBe(true);
  expect(await getMetadata(tree.path(''), NO_FOLLOW)).toMatchObject({ isDirectory: true, isFile: false });
  expect(await kindOf(getMetadata(tree.path('dangling'), FOLLOW))).toBe('fileNotFound');
  expect(await kindOf(getMetadata(tree.path('link'), NO_FOLLOW))).toBe('symlinkRefused');
  expect(await kindOf(getMetadata(tree.path('file/below'), FOLLOW))).toBe('notADirectory');
});

test('a canonical path has no links', async () => {
  using tree = new Tree();
  tree.file('real/file');
  tree.link('link', 'real');
  expect(await canonicalize(tree.path('link/file'))).toEqual(await canonicalize(tree.path('real/file')));
  expect(await kindOf(canonicalize(tree.path('nowhere')))).toBe('fileNotFound');
});

test('a list shows links as what they lead to, without those that lead nowhere', async () => {
  using tree = new Tree();
  tree.file('file');
  tree.directory('directory');
  tree.link('to-file', 'file');
  tree.link('to-directory', 'directory');
  tree.link('dangling', 'nowhere');
  execFileSync('mkfifo', [tree.text('pipe')]);
  const entries = (await readDirectory(tree.path(''))).map(({ name, ...kind }) => ({
    name: name.toString(),
    ...kind,
  }));
  expect(entries.sort((one, other) => one.name.localeCompare(other.name))).toEqual([
    { name: 'directory', isDirectory: true, isFile: false },
    { name: 'file', isDirectory: false, isFile: true },
    { name: 'pipe', isDirectory: false, isFile: false },
    { name: 'to-directory', isDirectory: true, isFile: false },
    { name: 'to-file', isDirectory: false, isFile: true },
  ]);
  expect(await kindOf(readDirectory(tree.path('file')))).toBe('notADirectory');
});

test('directories are made with those above them, or alone', async () => {
  using tree = new Tree();
  await createDirectory(tree.path('a/b'), { recursive: true, ...FOLLOW });
  await createDirectory(tree.path('a/b'), { recursive: true, ...FOLLOW });
  await createDirectory(tree.path('c/d'), { recursive: true, ...NO_FOLLOW });
  await createDirectory(tree.path('c/e'), { recursive: false, ...NO_FOLLOW });
  tree.link('link', 'a');
  expect(readdirSync(tree.text('c'))).toEqual(['d', 'e']);
  const alone = { recursive: false, ...FOLLOW };
  expect(await kindOf(createDirectory(tree.path('a'), alone))).toBe('fileExists');
  expect(await kindOf(createDirectory(tree.path('x/y'), alone))).toBe('fileNotFound');
  expect(await kindOf(createDirectory(tree.path('link/z'), { recursive: true, ...NO_FOLLOW }))).toBe(
    'notADirectory',
  );
  expect(existsSync(tree.text('a/z'))).toBe(false);
});

test('what is removed is the entry itself: of a link, the link', async () => {
  using tree = new Tree();
  tree.file('real/file');
  tree.link('link', 'real');
  await remove(tree.path('link'), ALL);
  expect(readdirSync(tree.text('real'))).toEqual(['file']);
  expect(await kindOf(remove(tree.path('real'), { ...ALL, recursive: false }))).toBe('directoryNotEmpty');
  await remove(tree.path('real'), ALL);
  await remove(tree.path('real'), ALL);
  expect(await kindOf(remove(tree.path('real'), { ...ALL, force: false }))).toBe('fileNotFound');
  expect(readdirSync(tree.root)).toEqual([]);
});

test('a removal follows no links where it is told so, and never reaches outside', async () => {
  using tree = new Tree();
  tree.file('outside/kept');
  tree.directory('inside');
  tree.link('inside/out', '../outside');
  tree.link('way', 'inside');
  const one = { ...ALL, ...NO_FOLLOW, recursive: false };
  expect(await kindOf(remove(tree.path('way/out'), one))).toBe('notADirectory');
  expect(await kindOf(remove(tree.path('inside/out'), one))).toBe('symlinkRefused');
  expect(await kindOf(remove(tree.path('inside'), { ...ALL, ...NO_FOLLOW }))).toBe('invalidFileRequest');
  expect(await kindOf(remove(tree.path('inside'), one))).toBe('directoryNotEmpty');
  await remove(tree.path('inside'), ALL);
  expect(readdirSync(tree.text('outside'))).toEqual(['kept']);
  expect(await kindOf(remove(Buffer.from('/'), ALL))).toBe('invalidFileRequest');
});

test('a copy has content, permissions and links of the original', async () => {
  using tree = new Tree();
  tree.file('from/script', 'content');
  execFileSync('chmod', ['751', tree.text('from/script')]);
  tree.link('from/link', 'script');
  tree.link('from/dangling', 'nowhere');
  tree.file('from/deep/down/file', 'deep');
  tree.file('to/script', 'something longer that is there');
  await copy(tree.path('from'), tree.path('to'), true);
  expect(readFileSync(tree.text('to/script'), 'utf8')).toBe('content');
  await copy(tree.path('from/script'), tree.path('fresh'), false);
  expect(statSync(tree.text('fresh')).mode & 0o777).toBe(0o751);
  expect(readlinkSync(tree.text('to/link'))).toBe('script');
  expect(readlinkSync(tree.text('to/dangling'))).toBe('nowhere');
  expect(readFileSync(tree.text('to/deep/down/file'), 'utf8')).toBe('deep');
});

test.runIf(process.platform === 'linux')(
  'a read-only directory is filled before its copy is read-only too',
  async () => {
    using tree = new Tree();
    // Where the copy of the file would have a longer path than the system takes, it ends in the middle.
    const [longName, deep] = ['n'.repeat(255), directoryOfLength(3900, tree.root)];
    tree.file(`from/sub/${longName}`, 'content');
    chmodSync(tree.text('from/sub'), 0o555);
    await expect(copy(tree.path('from'), Buffer.from(`${deep}/to`), true)).rejects.toMatchObject({
      message: expect.stringContaining(`${deep}/to/sub/${longName}`) as string,
    });
    expect(statSync(`${deep}/to/sub`).mode & 0o777).toBe(0o755);
    await copy(tree.path('from'), tree.path('to'), true);
    expect([statSync(tree.text('to/sub')).mode & 0o777, readdirSync(tree.text('to/sub'))]).toEqual([
      0o555,
      [longName],
    ]);
    for (const name of ['from/sub', 'to/sub']) chmodSync(tree.text(name), 0o755);
  },
);

test('a copy that fails names the path that was the reason', async () => {
  using tree = new Tree();
  const file = tree.file('file');
  await expect(copy(file, tree.path('nowhere/file'), false)).rejects.toMatchObject({
    kind: 'fileNotFound',
    message: `${shownPath(tree.path('nowhere/file'))} does not exist (ENOENT)`,
  });
  await expect(copy(tree.path('gone'), tree.path('copy'), false)).rejects.toMatchObject({
    kind: 'fileNotFound',
    message: `${shownPath(tree.path('gone'))} does not exist (ENOENT)`,
  });
});

test('a file that is copied onto itself stays as it is, by whatever name', async () => {
  using tree = new Tree();
  const path = tree.file('file', 'content');
  tree.link('alias', 'file');
  await copy(path, path, false);
  await copy(path, tree.path('alias'), false);
  await copy(tree.path('alias'), tree.path('alias'), false);
  expect(readFileSync(path, 'utf8')).toBe('content');
  expect(lstatSync(tree.text('alias')).isSymbolicLink()).toBe(true);
});

test('a directory is copied when that is asked for, and not into itself', async () => {
  using tree = new Tree();
  tree.file('from/file');
  tree.link('alias', 'from');
  expect(await kindOf(copy(tree.path('from'), tree.path('to'), false))).toBe('invalidFileRequest');
  for (const to of ['from', 'from/below', 'alias/below', 'from/a/b']) {
    expect(await kindOf(copy(tree.path('from'), tree.path(to), true))).toBe('invalidFileRequest');
  }
  await copy(tree.path('from'), tree.path('from-beside'), true);
  expect(readdirSync(tree.root).sort()).toEqual(['alias', 'from', 'from-beside']);
});

test('what is neither file nor directory nor link is not copied, and nothing waits for it', async () => {
  using tree = new Tree();
  execFileSync('mkfifo', [tree.text('pipe')]);
  const file = tree.file('file');
  expect(await kindOf(copy(tree.path('pipe'), tree.path('to'), false))).toBe('invalidFileRequest');
  expect(await kindOf(copy(file, tree.path('pipe'), false))).toBe('notAFile');
  tree.file('from/file');
  execFileSync('mkfifo', [tree.text('from/pipe')]);
  await copy(tree.path('from'), tree.path('new/parents/to'), true);
  expect(readdirSync(tree.text('new/parents/to'))).toEqual(['file']);
});

test('a link takes the place of nothing, and a directory is made where none is', async () => {
  using tree = new Tree();
  tree.file('file', 'content');
  tree.link('alias', 'file');
  expect(await kindOf(copy(tree.path('alias'), tree.path('file'), false))).toBe('fileExists');
  expect(readFileSync(tree.text('file'), 'utf8')).toBe('content');
  const recursive = { recursive: true };
  for (const there of ['file', 'alias']) {
    expect(await kindOf(createDirectory(tree.path(there), { ...recursive, ...NO_FOLLOW }))).toBe(
      'notADirectory',
    );
  }
});

/** Makes a directory below `root` whose path has so many characters. */
function directoryOfLength(length: number, root: string): string {
  let path = root;
  while (path.length < length) path += `/${'d'.repeat(Math.min(200, length - path.length - 1))}`;
  mkdirSync(path, { recursive: true });
  return path;
}
