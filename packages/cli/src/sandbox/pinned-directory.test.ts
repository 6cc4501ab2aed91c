import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makePinnedDirectory, unpin } from './pinned-directory.js';

let place = '';

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'holdfast-pinned-'));
});

afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

/** Runs `work` while this process can have so many descriptors more. */
function withFree<T>(free: number, work: () => T): T {
  const hoard: number[] = [];
  try {
    expect(() => {
      for (;;) hoard.push(openSync('/dev/null', 'r'));
    }).toThrow('EMFILE');
    for (const fd of hoard.splice(0, free)) closeSync(fd);
    return work();
  } finally {
    for (const fd of hoard) closeSync(fd);
  }
}

describe.runIf(process.platform === 'linux')('a directory that is held as soon as it is made', () => {
  const openCount = (): number => readdirSync('/proc/self/fd').length;

  test.each([0, 1, 2])('names a lack of descriptors, with %d left, and loses none', (free) => {
    const before = openCount();
    expect(() => withFree(free, () => makePinnedDirectory(place, 'own-'))).toThrow(
      new Error(`no directory can be made in ${place} (EMFILE)`),
    );
    expect(openCount()).toBe(before);
  });

  test('needs three descriptors, and two to be held', () => {
    const before = openCount();
    const pinned = withFree(3, () => makePinnedDirectory(place, 'own-'));
    expect([readdirSync(place), openCount()]).toEqual([[basename(pinned.path)], before + 2]);
    unpin(pinned);
    expect(openCount()).toBe(before);
  });

  test('is one that its user may use, whatever the umask', () => {
    const before = process.umask(0o777);
    try {
      const pinned = makePinnedDirectory(place, 'own-');
      expect(statSync(pinned.path).mode & 0o7777).toBe(0o700);
      unpin(pinned);
    } finally {
      process.umask(before);
    }
  });

  test('names what else keeps it from being made', () => {
    const missing = join(place, 'missing');
    expect(() => makePinnedDirectory(missing, 'own-')).toThrow(
      new Error(`no directory can be made in ${missing} (ENOENT)`),
    );
  });
});
