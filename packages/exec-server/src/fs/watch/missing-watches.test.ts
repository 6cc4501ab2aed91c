import { createHook } from 'node:async_hooks';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { MAX_FILE_WATCHES, MAX_WATCH_EVENTS, WATCH_REST_MS } from '@holdfast/exec-protocol';
import { expect, test, vi } from 'vitest';
import { type Clock, systemClock } from '../../clock.js';
import { TestClock } from '../../testing/test-clock.js';
import type { NativePath } from '../native-path.js';
import { Tree } from '../testing/tree.js';
import { DirectoryWatches } from './directory-watches.js';
import { MissingWatches } from './missing-watches.js';

function world(limit?: number, clock: Pick<Clock, 'after'> = systemClock) {
  const tree = new Tree();
  const changed: number[] = [];
  let wake: () => void = () => undefined;
  const directories = new DirectoryWatches(clock);
  const onChanged = (id: number): void => {
    changed.push(id);
    wake();
  };
  const watches = new MissingWatches(directories, onChanged, limit);
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
  return { tree, watches, directories, news, changed, [Symbol.dispose]: end };
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

test('a path that goes is told when a directory far above it is renamed', async () => {
  using here = world();
  const { tree, watches, news } = here;
  const missing = [tree.path('a/b/c/never')];
  await watches.add(1, { missing, present: tree.file('a/b/c/present') });
  renameSync(tree.text('a'), tree.text('elsewhere'));
  expect(await news()).toEqual([1]);
});

test('a path appears when a directory that has it takes the place of another', async () => {
  using here = world();
  const { tree, watches, news } = here;
  tree.directory('a/b');
  tree.file('new/b/c');
  await watches.add(1, { missing: [tree.path('a/b/c')], present: undefined });
  renameSync(tree.text('a'), tree.text('old'));
  renameSync(tree.text('new'), tree.text('a'));
  expect(await news()).toEqual([1]);
});

test('nothing is watched behind a link that leads nowhere', async () => {
  using here = world();
  const { tree, watches } = here;
  tree.link('link', 'nowhere');
  expect(await watches.add(1, { missing: [tree.path('link/x')], present: undefined })).toBe(false);
});

test('however often something happens beside a path or above it, few looks follow, and none once it is over', async () => {
  using here = world();
  const { tree, watches, news } = here;
  const ids = Array.from({ length: 32 }, (_, at) => at);
  for (const id of ids) {
    await watches.add(id, { missing: [tree.path('a/never'), tree.path(String(id))], present: undefined });
  }
  let requests = 0;
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'FSREQPROMISE') requests += 1;
    },
  }).enable();
  for (let round = 0; round < 500; round += 1) {
    for (const name of ['beside', 'a']) {
      mkdirSync(tree.text(name));
      rmSync(tree.text(name), { recursive: true });
    }
  }
  for (const id of ids) writeFileSync(tree.text(String(id)), '');
  const told = new Set<number>();
  while (told.size < ids.length) for (const id of await news()) told.add(id);
  // What is under way has its turns.
  for (let turn = 0; turn < 1000; turn += 1) await lstat(tree.root);
  hook.disable();
  expect([...told].sort((one, other) => one - other)).toEqual(ids);
  // A look of each watch for each event would be tens of thousands.
  expect(requests).toBeLessThan(8000);
});

test('nothing is watched without need, twice, or beyond the limit', async () => {
  using here = world(3);
  const { tree, watches } = here;
  const wait = { missing: [tree.path('later')], present: tree.file('present') };
  expect(await watches.add(1, { missing: [], present: undefined })).toBe(false);
  expect(await watches.add(1, { missing: [tree.file('there')], present: undefined })).toBe(false);
  expect(await watches.add(1, { ...wait, present: tree.path('gone') })).toBe(false);
  expect(await watches.add(1, wait)).toBe(true);
  expect(await watches.add(1, wait)).toBe(false);
  expect(await watches.add(2, wait)).toBe(false);
  expect(await watches.add(2, { ...wait, present: undefined })).toBe(true);
});

test('so many paths may be watched, in one watch or several, and not one more', async () => {
  using here = world();
  const { tree, watches } = here;
  const paths = Array.from({ length: MAX_FILE_WATCHES }, (_, at) => tree.path(String(at)));
  expect(await watches.add(1, { missing: paths, present: tree.file('present') })).toBe(false);
  expect(await watches.add(2, { missing: paths, present: undefined })).toBe(true);
  expect(await watches.add(3, { missing: paths.slice(0, 1), present: undefined })).toBe(false);
});

test('a watch that begins when the client has gone watches nothing', async () => {
  using here = world();
  const { tree, watches } = here;
  const beginning = watches.add(1, { missing: [tree.path('later')], present: undefined });
  watches.close();
  expect(await beginning).toBe(false);
  expect(await watches.add(2, { missing: [tree.path('later')], present: undefined })).toBe(false);
});

test.runIf(process.platform === 'linux')(
  'a directory in which very much happens is watched again after a rest, and what came meanwhile is told',
  async () => {
    const clock = new TestClock();
    using here = world(undefined, clock);
    const { tree, watches, news, changed, directories } = here;
    await watches.add(1, { missing: [tree.path('never')], present: undefined });
    await watches.add(2, { missing: [tree.path('later')], present: undefined });
    for (let round = 0; round < MAX_WATCH_EVENTS; round += 1) tree.link(`beside ${String(round)}`, 'nowhere');
    await vi.waitFor(async () => {
      expect(await watchesOf(tree.root)).toBe(0);
    }, WAIT);
    writeFileSync(tree.text('later'), '');
    clock.advance(WATCH_REST_MS - 1);
    expect(changed).toEqual([]);
    clock.advance(1);
    expect(await news()).toEqual([2]);
    await vi.waitFor(async () => {
      expect(await watchesOf(tree.root)).toBe(1);
    }, WAIT);
    writeFileSync(tree.text('never'), '');
    expect(await news()).toEqual([1]);
    expect(directories.size).toBe(0);
  },
);

test.runIf(process.platform === 'linux')(
  'a directory is watched once for all who wait for something in it, by whatever name',
  async () => {
    using here = world();
    const { tree, watches, directories } = here;
    tree.link('alias', '.');
    await watches.add(1, { missing: [tree.path('never')], present: undefined });
    const watched = directories.size;
    await watches.add(2, { missing: [tree.path('alias/alias/never')], present: undefined });
    expect([await watchesOf(tree.root), directories.size]).toEqual([1, watched]);
  },
);

const WAIT = { timeout: 10_000, interval: 5 };

/** How often the kernel watches a directory for this program. */
async function watchesOf(directory: NativePath | string): Promise<number> {
  const { ino } = await lstat(directory);
  const names = await readdir('/proc/self/fd');
  const infos = await Promise.all(
    names.map((name) => readFile(`/proc/self/fdinfo/${name}`, 'utf8').catch(() => '')),
  );
  return infos.join('').split(` ino:${ino.toString(16)} `).length - 1;
}
