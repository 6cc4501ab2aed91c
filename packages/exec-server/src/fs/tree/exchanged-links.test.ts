import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Tree } from '../testing/tree.js';
import { copy } from './copy.js';
import { remove } from './remove.js';
import { walk } from './walk.js';

const FILES = 1500;
const WALKED = 200;
const ROUNDS = 60;
const EVERYTHING = {
  maxDepth: 64,
  maxDirectories: 10_000,
  maxEntries: 50_000,
  followDirectorySymlinks: false,
  pruneHiddenDirectories: false,
};
const ALL = { recursive: true, force: true, followSymlinks: true };

/** Moves a directory as soon as another number of entries is in the one that it watches, and may leave a link in its place. */
const EXCHANGE = `
const { readdirSync, renameSync, symlinkSync } = require('node:fs');
const [, watched, directory, moved, outside] = process.argv;
const count = () => {
  try {
    return readdirSync(watched).length;
  } catch {
    return 0;
  }
};
const before = count();
process.stdout.write('ready');
while (count() === before);
renameSync(directory, moved);
if (outside !== undefined) symlinkSync(outside, directory);
`;

interface Exchange {
  readonly watched: string;
  readonly directory: string;
  /** Where the directory goes; a link to `outside` takes its place unless this is said. */
  readonly moved?: string;
}

/** @returns once it has happened, and `work` is over. */
async function whileExchanged(
  tree: Tree,
  { watched, directory, moved }: Exchange,
  work: () => Promise<void>,
): Promise<void> {
  const names = moved === undefined ? [`${directory}-moved`, 'outside'] : [moved];
  const paths = [watched, directory, ...names].map((name) => tree.text(name));
  const exchanger = spawn(process.execPath, ['-e', EXCHANGE, ...paths], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(exchanger, 'close');
  await once(exchanger.stdout, 'data');
  await work();
  expect(await ended).toEqual([0, null]);
}

/** Whoever is hindered while it removes or copies may fail. */
async function hindered(work: Promise<void>): Promise<void> {
  await work.catch(() => undefined);
}

function fill(tree: Tree, directory: string, content: string): void {
  for (let n = 0; n < FILES; n += 1) tree.file(`${directory}/f${String(n)}`, content);
}

/** Puts a link and a directory in the place of each other, as fast as it can. */
const SWAP = `
const { renameSync, symlinkSync } = require('node:fs');
const [, directory, outside] = process.argv;
symlinkSync(outside, directory + '-link');
process.stdout.write('ready');
for (;;) {
  for (const [own, other] of [['-own', '-link'], ['-link', '-own']]) {
    renameSync(directory, directory + own);
    renameSync(directory + other, directory);
  }
}
`;

/** Every content that files below a directory have. */
function contentsOf(directory: string): ReadonlySet<string> {
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Set(entries.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8')));
}

describe.runIf(process.platform === 'linux')(
  'where a directory is moved or exchanged for a link meanwhile',
  () => {
    test('nothing is removed where that leads', async () => {
      using tree = new Tree();
      fill(tree, 'tree/d', '');
      fill(tree, 'outside', 'precious');
      await whileExchanged(tree, { watched: 'tree/d', directory: 'tree/d' }, () =>
        hindered(remove(tree.path('tree'), ALL)),
      );
      expect(readdirSync(tree.text('outside'))).toHaveLength(FILES);
    });

    test('nothing is copied from where that leads', async () => {
      using tree = new Tree();
      fill(tree, 'from/d', 'own');
      fill(tree, 'outside', 'secret');
      await whileExchanged(tree, { watched: 'to/d', directory: 'from/d' }, () =>
        hindered(copy(tree.path('from'), tree.path('to'), true)),
      );
      expect([...contentsOf(tree.text('to'))]).toEqual(['own']);
    });

    test('nothing is copied to where that leads', async () => {
      using tree = new Tree();
      fill(tree, 'from/d', 'own');
      tree.directory('outside');
      await whileExchanged(tree, { watched: 'to/d', directory: 'to/d' }, () =>
        hindered(copy(tree.path('from'), tree.path('to'), true)),
      );
      expect(readdirSync(tree.text('outside'))).toEqual([]);
    });

    test('a copy that is moved into what is copied ends there', async () => {
      using tree = new Tree();
      fill(tree, 'from/d', 'own');
      tree.directory('from/e');
      await whileExchanged(tree, { watched: 'to/d', directory: 'to', moved: 'from/e/to' }, async () => {
        await expect(copy(tree.path('from'), tree.path('to'), true)).rejects.toMatchObject({
          kind: 'invalidFileRequest',
        });
      });
      expect(readdirSync(tree.text('from/e/to')).sort()).toEqual(['d', 'e']);
      expect(readdirSync(tree.text('from/e/to/e'))).toEqual([]);
    });

    test('a walk lists nothing where that leads', async () => {
      using tree = new Tree();
      for (let n = 0; n < WALKED; n += 1) tree.directory(`tree/d${String(n)}`);
      tree.file('tree/last/own');
      tree.file('outside/secret');
      const swapper = spawn(process.execPath, ['-e', SWAP, tree.text('tree/last'), tree.text('outside')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(swapper, 'close');
      try {
        await once(swapper.stdout, 'data');
        const names = new Set<string>();
        for (let round = 0; round < ROUNDS; round += 1) {
          const { entries } = await walk(tree.path('tree'), EVERYTHING);
          for (const { path } of entries) names.add(basename(path.toString()));
        }
        expect(names).not.toContain('secret');
      } finally {
        swapper.kill('SIGKILL');
        await ended;
      }
    });
  },
);

test('a copy fills no directory that a link below its destination leads to, and writes no such file', async () => {
  using tree = new Tree();
  tree.file('from/sub/file', 'new');
  tree.file('outside/file', 'old');
  tree.directory('to');
  tree.link('to/sub', '../outside');
  await expect(copy(tree.path('from'), tree.path('to'), true)).rejects.toMatchObject({ kind: 'fileExists' });
  tree.directory('other/sub');
  tree.link('other/sub/file', '../../outside/file');
  await expect(copy(tree.path('from'), tree.path('other'), true)).rejects.toMatchObject({
    kind: 'symlinkRefused',
  });
  expect(readFileSync(tree.text('outside/file'), 'utf8')).toBe('old');
});
