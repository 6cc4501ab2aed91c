import { chmodSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { kindOf, Tree } from '../testing/tree.js';
import { ListingRoom } from './listing-room.js';
import { firstEntriesIn } from './names.js';
import { type WalkOptions, type WalkResult, walk } from './walk.js';

vi.mock('./names.js', { spy: true });

const FAR: WalkOptions = {
  maxDepth: 64,
  maxDirectories: 10_000,
  maxEntries: 50_000,
  followDirectorySymlinks: false,
  pruneHiddenDirectories: false,
};

function forest(): Tree {
  const tree = new Tree();
  for (const name of ['b/deep/far', 'b/x', 'a', '.hidden/secret']) tree.file(name);
  tree.link('file-link', 'a');
  tree.link('loop', '.');
  tree.link('to-b', 'b');
  return tree;
}

async function found(
  tree: Tree,
  options: Partial<WalkOptions>,
): Promise<{ names: string[]; truncated: boolean }> {
  const { entries, truncated, errors } = await walk(tree.path(''), { ...FAR, ...options });
  expect(errors).toEqual([]);
  const names = entries.map(({ path, kind }) => {
    const name = path.toString().slice(tree.root.length + 1);
    return kind === 'directory' ? `${name}/` : name;
  });
  return { names, truncated };
}

test('a walk goes level by level, each directory sorted, links left out', async () => {
  using tree = forest();
  expect(await found(tree, {})).toEqual({
    names: ['.hidden/', 'a', 'b/', '.hidden/secret', 'b/deep/', 'b/x', 'b/deep/far'],
    truncated: false,
  });
});

test('depth 0 lists the entries of the root alone', async () => {
  using tree = forest();
  expect((await found(tree, { maxDepth: 0 })).names).toEqual(['.hidden/', 'a', 'b/']);
  expect((await found(tree, { maxDepth: 1 })).names).not.toContain('b/deep/far');
});

test('links to directories are followed on request, and no directory is entered twice', async () => {
  using tree = forest();
  expect((await found(tree, { followDirectorySymlinks: true })).names).toEqual([
    '.hidden/',
    'a',
    'b/',
    'loop/',
    'to-b/',
    '.hidden/secret',
    'b/deep/',
    'b/x',
    'b/deep/far',
  ]);
});

test('hidden directories are listed and not entered on request', async () => {
  using tree = forest();
  expect((await found(tree, { pruneHiddenDirectories: true })).names).not.toContain('.hidden/secret');
});

test('the limits end a walk and say so; what just fits is whole', async () => {
  using tree = forest();
  expect(await found(tree, { maxEntries: 7 })).toMatchObject({ truncated: false });
  expect(await found(tree, { maxEntries: 6 })).toMatchObject({ names: { length: 6 }, truncated: true });
  expect(await found(tree, { maxDirectories: 4 })).toMatchObject({ truncated: false });
  expect(await found(tree, { maxDirectories: 1 })).toEqual({
    names: ['.hidden/', 'a', 'b/'],
    truncated: true,
  });
});

test('links that are not followed are nothing that a limit leaves out', async () => {
  using tree = forest();
  expect(await found(tree, { maxDepth: 0, maxEntries: 3 })).toEqual({
    names: ['.hidden/', 'a', 'b/'],
    truncated: false,
  });
});

test('a directory is asked for no more entries than may still be answered', async () => {
  using tree = forest();
  const asked = vi.mocked(firstEntriesIn).mockClear();
  await found(tree, { maxEntries: 4 });
  expect(asked.mock.calls.map(([, limit]) => limit)).toEqual([4, 1, 0]);
});

test('a walk has room for so much text, and says where it has left something out', async () => {
  using tree = forest();
  const whole = await walk(tree.path(''), FAR);
  const bytes = whole.entries.reduce((sum, { uri }) => sum + uri.length + 128, 0);
  expect(await walk(tree.path(''), FAR, new ListingRoom(bytes))).toEqual(whole);
  expect(await walk(tree.path(''), FAR, new ListingRoom(bytes - 1))).toEqual({
    ...whole,
    entries: whole.entries.slice(0, -1),
    truncated: true,
  });
});

test('the message about a directory takes as much room as JSON writes it in', async () => {
  using tree = new Tree();
  const name = '"'.repeat(200);
  tree.directory(name);
  const refused = async (room?: ListingRoom): Promise<WalkResult> => {
    const failure = Object.assign(new Error('no access'), { code: 'EACCES' });
    vi.mocked(firstEntriesIn).mockRejectedValueOnce(failure);
    return await walk(tree.path(name), FAR, room);
  };
  const { errors } = await refused();
  const [{ uri, message } = expect.unreachable()] = errors;
  const bytes = uri.length + JSON.stringify(message).length + 128;
  expect([await refused(new ListingRoom(bytes)), await refused(new ListingRoom(bytes - 1))]).toEqual([
    { entries: [], errors, truncated: false },
    { entries: [], errors: [], truncated: true },
  ]);
});

test.each([
  { maxDirectories: 0 },
  { maxEntries: 0 },
  { maxDepth: 65 },
  { maxDirectories: 10_001 },
  { maxEntries: 50_001 },
])('the limits %o are refused', async (options) => {
  using tree = new Tree();
  expect(await kindOf(walk(tree.path(''), { ...FAR, ...options }))).toBe('invalidFileRequest');
});

test('what is no directory has nothing below it; what does not exist is an error', async () => {
  using tree = forest();
  const nothing = { entries: [], errors: [], truncated: false };
  expect(await walk(tree.path('a'), FAR)).toEqual(nothing);
  expect(await walk(tree.path('to-b'), FAR)).toEqual(nothing);
  expect(await kindOf(walk(tree.path('nowhere'), FAR))).toBe('fileNotFound');
});

// Nothing is closed to root.
test.skipIf(process.getuid?.() === 0)(
  'a directory that cannot be read is told of, and the walk goes on',
  async () => {
    using tree = forest();
    chmodSync(tree.text('b'), 0);
    const { errors, entries } = await walk(tree.path(''), FAR);
    chmodSync(tree.text('b'), 0o755);
    expect(errors).toHaveLength(1);
    expect(entries).toHaveLength(4);
  },
);
