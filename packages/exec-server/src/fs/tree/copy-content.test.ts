import { existsSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { COPY_TURN_BYTES, MAX_COPIES_AT_ONCE } from '@holdfast/exec-protocol';
import { describe, expect, test, vi } from 'vitest';
import { COPIES_IN_BLOCKS } from '../testing/copies-in-blocks.js';
import { Tree } from '../testing/tree.js';
import { copy } from './copy.js';
import { copyContent } from './copy-content.js';

/** Hours of work for whoever copies it. */
const ENDLESS_BYTES = 2 ** 40;

const MIB = 1024 * 1024;

const UNWANTED = new Error('nobody wants it any more');

/** A file of which only a hole is there. */
function sparse(tree: Tree, name: string, size: number): void {
  tree.file(name);
  truncateSync(tree.text(name), size);
}

/** Text at some places of a file that is otherwise a hole. */
async function write(tree: Tree, name: string, texts: readonly (readonly [number, string])[]): Promise<void> {
  const handle = await open(tree.text(name), 'r+');
  for (const [at, text] of texts) await handle.write(text, at);
  await handle.close();
}

async function begun(tree: Tree, name: string): Promise<void> {
  await vi.waitUntil(() => existsSync(tree.text(name)), { timeout: 20_000 });
}

test('holes stay holes, and what is between them is copied, over what was there', async () => {
  using tree = new Tree();
  const size = COPY_TURN_BYTES + 3 * MIB;
  const texts = [
    [0, 'begins'],
    [COPY_TURN_BYTES - 3, 'across'],
    [COPY_TURN_BYTES + 2 * MIB, 'near the end'],
  ] as const;
  sparse(tree, 'from', size);
  await write(tree, 'from', texts);
  tree.file('to', 'x'.repeat(2 * MIB));
  await copy(tree.path('from'), tree.path('to'), false);
  expect(readFileSync(tree.text('to')).equals(readFileSync(tree.text('from')))).toBe(true);
  expect(statSync(tree.text('to')).size).toBe(size);
  expect(statSync(tree.text('to')).blocks * 512).toBeLessThanOrEqual(2 * MIB);
});

test.runIf(COPIES_IN_BLOCKS)(
  'a copy that nobody wants any more ends, and nothing of it is left',
  async () => {
    using tree = new Tree();
    sparse(tree, 'from/endless', ENDLESS_BYTES);
    const over = new AbortController();
    const copying = copy(tree.path('from'), tree.path('to'), true, over.signal);
    await begun(tree, 'to/endless');
    over.abort(UNWANTED);
    await expect(copying).rejects.toBe(UNWANTED);
    expect(existsSync(tree.text('to/endless'))).toBe(false);
    tree.file('kept', 'as it is');
    await expect(copy(tree.path('from/endless'), tree.path('kept'), false, over.signal)).rejects.toBe(
      UNWANTED,
    );
    expect(readFileSync(tree.text('kept'), 'utf8')).toBe('as it is');
  },
);

describe.runIf(COPIES_IN_BLOCKS)('large files that are copied together', () => {
  test('take turns: one that has an end waits for none that has not', async () => {
    using tree = new Tree();
    sparse(tree, 'endless', ENDLESS_BYTES);
    sparse(tree, 'large', 2 * MIB);
    const over = new AbortController();
    const names = Array.from({ length: MAX_COPIES_AT_ONCE }, (_, at) => `to${String(at)}`);
    const endless = names.map((name) => copy(tree.path('endless'), tree.path(name), false, over.signal));
    const ended = Promise.allSettled(endless);
    for (const name of names) await begun(tree, name);
    await copy(tree.path('large'), tree.path('copied'), false);
    expect(statSync(tree.text('copied')).size).toBe(2 * MIB);
    over.abort(UNWANTED);
    await ended;
  });

  test('are two at a time', async () => {
    using tree = new Tree();
    const reads = { underWay: 0, most: 0 };
    const files = await Promise.all(
      [1, 2, 3, 4].map(async (at) => {
        sparse(tree, `from${String(at)}`, 8 * MIB);
        const from = await open(tree.text(`from${String(at)}`), 'r');
        const to = await open(tree.text(`to${String(at)}`), 'w');
        return { from, to };
      }),
    );
    const over = new AbortController().signal;
    await Promise.all(
      files.map(({ from, to }) =>
        copyContent(
          { handle: counted(from, reads), at: tree.path('unused'), found: { size: 8 * MIB } },
          { handle: to, at: tree.path('unused') },
          over,
        ),
      ),
    );
    expect(reads).toEqual({ underWay: 0, most: 2 });
    for (const { from, to } of files) {
      expect((await to.stat()).size).toBe(8 * MIB);
      await Promise.all([from.close(), to.close()]);
    }
  });
});

/** The same handle, of which is known how many others are read at the same time. */
function counted(handle: FileHandle, reads: { underWay: number; most: number }): FileHandle {
  const read = async (block: Buffer, offset: number, length: number, at: number): Promise<unknown> => {
    reads.underWay += 1;
    reads.most = Math.max(reads.most, reads.underWay);
    try {
      return await handle.read(block, offset, length, at);
    } finally {
      reads.underWay -= 1;
    }
  };
  return { fd: handle.fd, read } as unknown as FileHandle;
}
