import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { platform, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MAX_SMALL_FILE_BYTES } from '../limits.js';
import { realScanFiles, type ScannedEntry, ShutDirectory } from './scan-files.js';

const NOBODY = 65534;
const isRoot = process.geteuid?.() === 0;

let place: string;

beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), 'holdfast-scan-'));
});

afterEach(() => {
  rmSync(place, { recursive: true });
});

test.skipIf(!isRoot)('what another user has closed to all others is not looked into (needs root)', () => {
  const isLookedInto = (uid: number, mode: number, gid = uid): boolean => {
    chownSync(place, uid, gid);
    chmodSync(place, mode);
    return realScanFiles.stampOf(place) !== undefined;
  };
  expect({
    private: isLookedInto(NOBODY, 0o700),
    readable: isLookedInto(NOBODY, 0o744),
    ofItsGroup: isLookedInto(NOBODY, 0o710),
    ofRootsGroup: isLookedInto(NOBODY, 0o710, 0),
    ofAll: isLookedInto(NOBODY, 0o701),
    own: isLookedInto(0, 0o700),
  }).toEqual({
    private: false,
    readable: false,
    ofItsGroup: false,
    ofRootsGroup: true,
    ofAll: true,
    own: true,
  });
});

test.skipIf(!isRoot)(
  'what root has shut is not entered in a sandbox where another group has it (needs root)',
  () => {
    const lookInto = (gid: number, mode: number): unknown => {
      chownSync(place, 0, gid);
      chmodSync(place, mode);
      return realScanFiles.stampOf(place);
    };
    expect(() => lookInto(NOBODY, 0o077)).toThrow(new ShutDirectory(place));
    expect([lookInto(0, 0), lookInto(NOBODY, 0o700)].map((stamp) => stamp !== undefined)).toEqual([
      true,
      true,
    ]);
  },
);

test('what this user can list but not enter is shut like what it cannot list', async () => {
  const listedWith = async (mode: number): Promise<unknown> => {
    chmodSync(place, mode);
    // To root nothing is shut.
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      return await listed().catch((error: unknown) => error instanceof ShutDirectory && error.directory);
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(place, 0o700);
    }
  };
  mkdirSync(path.join(place, '.git'));
  if (isRoot) chownSync(place, NOBODY, NOBODY);
  expect([await listedWith(0o500), await listedWith(0o600), await listedWith(0o300)]).toEqual([
    [{ name: '.git', isDirectory: true }],
    place,
    place,
  ]);
});

async function listed(directory = place): Promise<readonly ScannedEntry[]> {
  const entries: ScannedEntry[] = [];
  for await (const chunk of realScanFiles.list(directory)) entries.push(...chunk);
  return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
}

test('a directory is listed alike whether it says that it holds little or much', async () => {
  mkdirSync(path.join(place, 'a-directory'));
  symlinkSync('a-directory', path.join(place, 'a-link'));
  const few = [
    { name: 'a-directory', isDirectory: true },
    { name: 'a-link', isDirectory: false },
  ];
  expect(await listed()).toEqual(few);
  const names = Array.from({ length: 600 }, (_, at) => `file-${String(at).padStart(4, '0')}`);
  for (const name of names) writeFileSync(path.join(place, name), '');
  expect(await listed()).toEqual([...few, ...names.map((name) => ({ name, isDirectory: false }))]);
});

test.skipIf(platform() !== 'linux')(
  'one that says that it holds little is read some at a time, however much it has',
  async () => {
    const descriptors = Array.from({ length: 600 }, () => openSync('/dev/null', 'r'));
    const chunks: number[] = [];
    for await (const chunk of realScanFiles.list(`/proc/${process.pid}/fd`)) chunks.push(chunk.length);
    for (const descriptor of descriptors) closeSync(descriptor);
    expect([chunks[0], chunks.length]).toEqual([512, 2]);
  },
);

test('what is no directory, or is not there, lists nothing', async () => {
  rmSync(place, { recursive: true });
  expect(await listed()).toEqual([]);
  writeFileSync(place, '');
  expect(await listed()).toEqual([]);
});

test('of a file that is larger than what is read the beginning is known', () => {
  const config = path.join(place, 'config');
  const text = '[core]\n\trepositoryformatversion = 0\n';
  writeFileSync(config, text.padEnd(MAX_SMALL_FILE_BYTES + 1, '\n'));
  expect(realScanFiles.beginningOf(config)).toBe(text.padEnd(MAX_SMALL_FILE_BYTES, '\n'));
});

test('nothing is looked at behind a link that has taken the place of a directory', async () => {
  const behind = path.join(place, 'kept/x');
  const config = path.join(behind, 'config');
  mkdirSync(behind, { recursive: true });
  writeFileSync(config, 'x');
  const seen = async (): Promise<unknown> => {
    realScanFiles.begin();
    return {
      isThere: realScanFiles.exists(config),
      isDirectory: realScanFiles.stampOf(behind) !== undefined,
      listed: (await listed(behind)).length,
      text: realScanFiles.beginningOf(config),
    };
  };
  const open = { isThere: true, isDirectory: true, listed: 1, text: 'x' };
  expect(await seen()).toEqual(open);
  renameSync(path.join(place, 'kept'), path.join(place, 'moved'));
  symlinkSync('moved', path.join(place, 'kept'));
  expect(await seen()).toEqual({ isThere: false, isDirectory: false, listed: 0, text: undefined });
});
