import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Placeholder } from '../../linux/plan-mounts.js';
import type { PlaceholderText } from '../../policy/path-rule.js';
import { PlaceholderStore } from '../placeholder-store.js';

const isRoot = process.geteuid?.() === 0;
const NOBODY = 65534;
const UMASK = process.umask(0o022);
process.umask(UMASK);

let place = '';

beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), 'holdfast-modes-'));
  // To root no mode is an obstacle.
  if (isRoot) chownSync(place, NOBODY, NOBODY);
  if (isRoot) process.seteuid?.(NOBODY);
  mkdirSync(path.join(place, 'ws'));
});

afterEach(() => {
  process.umask(UMASK);
  if (isRoot) process.seteuid?.(0);
  rmSync(place, { recursive: true, force: true });
});

function store(): PlaceholderStore {
  return new PlaceholderStore(path.join(place, 'a/records'), () => undefined);
}

function placed(name: string, text?: PlaceholderText): Placeholder {
  const { dev: device, ino: inode } = lstatSync(path.join(place, 'ws'));
  const common = { path: path.join(place, 'ws', name), directory: { device, inode } };
  return text === undefined ? { ...common, kind: 'directory' } : { ...common, kind: 'file', text };
}

/** The modes of everything below a directory, for its user alone. */
function modes(directory: string): ReadonlySet<string> {
  const entries = readdirSync(path.join(place, directory), { recursive: true, withFileTypes: true });
  return new Set(
    entries.map((entry) => {
      const { mode } = lstatSync(path.join(entry.parentPath, entry.name));
      return `${entry.isDirectory() ? 'directory' : 'file'} ${((mode >> 6) & 7).toString(8)}`;
    }),
  );
}

test.each(['277', '477', '777'])(
  'a start under umask %s can be followed by others, at the same time and later',
  async (umask) => {
    const [directory, file] = [placed('.envrc'), placed('commondir', '.\n')];
    process.umask(Number.parseInt(umask, 8));
    const first = await store().hold([directory, file]);
    process.umask(UMASK);
    expect([modes('a'), modes('ws')]).toEqual([
      new Set(['directory 7', 'file 6']),
      new Set(['directory 7', 'file 6']),
    ]);
    const second = await store().hold([directory, file]);
    first.release();
    expect(readdirSync(path.join(place, 'ws')).sort()).toEqual(['.envrc', 'commondir']);
    second.release();
    expect([readdirSync(path.join(place, 'ws')), modes('a')]).toEqual([[], new Set(['directory 7'])]);
  },
);

test('folders of records that were made under such a umask by an earlier version are used again', async () => {
  const first = await store().hold([placed('.envrc')]);
  const records = path.join(place, 'a/records');
  const [folder = ''] = readdirSync(path.join(records, 'directories'));
  for (const one of [path.join('directories', folder), 'directories', 'processes', '']) {
    chmodSync(path.join(records, one), 0o500);
  }
  const second = await store().hold([placed('.codex')]);
  second.release();
  first.release();
  expect([readdirSync(path.join(place, 'ws')), modes('a')]).toEqual([[], new Set(['directory 7'])]);
});
