import { chmodSync, chownSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { letGoOfWays } from '../files/direct-path.js';
import { isWithin, MAX_PATH_BYTES } from '../files/paths.js';
import { temporaryDirectory } from '../files/testing/temporary-directory.js';
import { hasChanged, isSince, placedSince, statOf } from './changed.js';
import { laterTime } from './testing/later-time.js';

let root: string;

beforeEach(() => {
  root = temporaryDirectory();
});

const SINCE = 1_800_000_000_400;

test('what changed at a time or later has changed since, and with times of whole seconds, within their grain before it', () => {
  const before = (ms: number): boolean => isSince(SINCE - ms, SINCE);
  expect({
    atOnce: before(0),
    later: before(-0.25),
    earlier: before(0.25),
    aSecondEarlier: before(1_000),
    inThisSecond: before(400),
    inTheLastOne: before(1_400),
    longBefore: before(2_400),
    never: isSince(0, SINCE),
  }).toEqual({
    atOnce: true,
    later: true,
    earlier: false,
    aSecondEarlier: false,
    inThisSecond: true,
    inTheLastOne: true,
    longBefore: false,
    never: false,
  });
});

test('what was made or renamed has been placed, with all below it, but for what no directory above can have brought', async () => {
  const at = (name: string): string => path.join(root, name);
  for (const name of ['stays/x/y/.git', 'aside/x/.git', 'still/x/.git'])
    mkdirSync(at(name), { recursive: true });
  const since = await laterTime(root);
  mkdirSync(at('stays/x/y/made'));
  for (const name of ['aside', 'still']) renameSync(at(name), at(`${name}.moved`));
  symlinkSync('stays', at('link'));
  const wasPlaced = placedSince(
    since,
    (found) => found !== root && isWithin(found, root) && !found.endsWith('still.moved'),
  );
  const names = [
    'stays/x/y/made',
    'aside.moved',
    'aside.moved/x/.git',
    'link',
    'link/x/.git',
    'stays/x/y/.git',
    'still.moved/x/.git',
    'gone',
  ];
  expect(names.filter((name) => wasPlaced(at(name)))).toEqual(names.slice(0, 5));
});

const isRoot = process.geteuid?.() === 0;
const NOBODY = 65534;

test('what cannot be looked at is not taken for nothing, but may have been made, changed or moved', () => {
  const shut = path.join(root, 'shut');
  const below = path.join(shut, 'x/y');
  mkdirSync(below, { recursive: true });
  chmodSync(root, 0o755);
  // To root nothing is shut.
  if (isRoot) chownSync(shut, NOBODY, NOBODY);
  const later = Date.now() + 60_000;
  const isPlaced = (canMove: boolean): boolean => placedSince(later, () => canMove)(below);
  const kindOf = (found: ReturnType<typeof statOf>): unknown => (typeof found === 'object' ? 'seen' : found);
  const asked = (): readonly unknown[] => [
    kindOf(statOf(below)),
    hasChanged(below, later),
    isPlaced(true),
    isPlaced(false),
    hasChanged(path.join(root, 'nothing'), later),
  ];
  const open = asked();
  letGoOfWays();
  chmodSync(shut, 0o600);
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    expect([open, asked()]).toEqual([
      ['seen', false, false, false, false],
      ['keptOut', true, true, false, false],
    ]);
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(shut, 0o700);
  }
});

test('a path of thousands of names behind an old link is looked at in time that grows with its length alone', () => {
  symlinkSync('/nowhere', path.join(root, 'link'));
  const deep = `${root}/link`.padEnd(MAX_PATH_BYTES - 1, '/a');
  const before = performance.now();
  expect(placedSince(Date.now() + 60_000, () => true)(deep)).toBe(false);
  // Going there from the root once for each of its names takes some seconds.
  expect(performance.now() - before).toBeLessThan(1_000);
});
