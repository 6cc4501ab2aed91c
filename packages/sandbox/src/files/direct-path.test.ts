import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { MAX_HELD_WAYS } from '../limits.js';
import { directPath, directStat, isBehindLink, letGoOfWays } from './direct-path.js';
import { errorCode } from './error-code.js';
import { MAX_PATH_BYTES } from './paths.js';
import { temporaryDirectory } from './testing/temporary-directory.js';

let place: string;

beforeEach(() => {
  letGoOfWays();
  place = temporaryDirectory();
});

function codeAt(name: string): string | undefined {
  try {
    directPath(path.join(place, name));
    return undefined;
  } catch (error) {
    return errorCode(error);
  }
}

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

describe.skipIf(process.platform !== 'linux')('a direct path', () => {
  test('leads to what is there, a link at its end included, and through none', () => {
    mkdirSync(path.join(place, 'a/b'), { recursive: true });
    writeFileSync(path.join(place, 'file'), '');
    symlinkSync('b', path.join(place, 'a/link'));
    symlinkSync('link', path.join(place, 'a/circle'));
    expect(directStat(path.join(place, 'a/b'))?.ino).toBe(lstatSync(path.join(place, 'a/b')).ino);
    expect(directStat(path.join(place, 'a/link'))?.isSymbolicLink()).toBe(true);
    expect(directStat('/')?.isDirectory()).toBe(true);
    const names = ['a/none', 'a/link/x', 'a/circle/x/y', 'file/x', 'none/x'];
    expect(names.map(codeAt)).toEqual([undefined, 'ELOOP', 'ELOOP', 'ENOTDIR', 'ENOENT']);
    expect(names.map((name) => directStat(path.join(place, name)))).toEqual(names.map(() => undefined));
    expect(names.filter((name) => isBehindLink(path.join(place, name)))).toEqual([
      'a/link/x',
      'a/circle/x/y',
    ]);
    expect(codeAt('x'.repeat(MAX_PATH_BYTES))).toBe('ENAMETOOLONG');
  });

  test('goes by what is there in this turn of the event loop, and a new look by what is there then', async () => {
    const inner = path.join(place, 'a/b');
    const exchange = (): void => {
      renameSync(path.join(place, 'a'), path.join(place, 'moved'));
      symlinkSync('moved', path.join(place, 'a'));
    };
    mkdirSync(inner, { recursive: true });
    directPath(inner);
    exchange();
    expect(directStat(inner)?.isDirectory()).toBe(true);
    await turn();
    expect(directStat(inner)).toBe(undefined);
    rmSync(path.join(place, 'a'));
    renameSync(path.join(place, 'moved'), path.join(place, 'a'));
    directPath(inner);
    exchange();
    letGoOfWays();
    expect(directStat(inner)).toBe(undefined);
  });

  test('is held over turns of the event loop while what it leads into stands at its name', async () => {
    const inner = path.join(place, 'a/b');
    mkdirSync(inner, { recursive: true });
    const entry = path.join(inner, 'x');
    const way = directPath(entry);
    await turn();
    expect(directPath(entry)).toBe(way);
    renameSync(inner, path.join(place, 'a/c'));
    mkdirSync(inner);
    writeFileSync(entry, '');
    await turn();
    expect(directStat(entry)?.isFile()).toBe(true);
  });

  test('keeps no more than so many descriptors, and none that nothing is looked at by', async () => {
    const before = descriptors();
    const deep = path.join(place, ...Array.from({ length: MAX_HELD_WAYS + 10 }, (_, at) => `d${at}`));
    mkdirSync(deep, { recursive: true });
    expect(directStat(deep)?.isDirectory()).toBe(true);
    expect(descriptors()).toBe(before + MAX_HELD_WAYS);
    expect(directStat(path.join(place, 'd0/d1'))?.isDirectory()).toBe(true);
    await vi.waitFor(() => {
      expect(descriptors()).toBe(before);
    });
  });
});
