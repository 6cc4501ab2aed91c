import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MAX_HELD_DIRECTORIES } from '../../limits.js';
import type { Placeholder } from '../../linux/plan-mounts.js';
import type { PlaceholderText } from '../../policy/path-rule.js';
import { PlaceholderStore } from '../placeholder-store.js';

const isRoot = process.geteuid?.() === 0;
const NOBODY = 65534;
const needsRoot = isRoot ? '' : ' (skipped: only root can act as another user)';

let place = '';

beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), 'holdfast-shut-'));
  // To root nothing is shut.
  if (isRoot) chownSync(place, NOBODY, NOBODY);
  become('user');
  mkdirSync(path.join(place, 'ws'));
});

afterEach(() => {
  become('root');
  rmSync(place, { recursive: true, force: true });
});

function become(who: 'root' | 'user'): void {
  if (isRoot) process.seteuid?.(who === 'root' ? 0 : NOBODY);
}

function asRoot(work: () => void): void {
  become('root');
  work();
  become('user');
}

function store(): PlaceholderStore {
  return new PlaceholderStore(path.join(place, 'records'), () => undefined);
}

function placed(name: string, text?: PlaceholderText): Placeholder {
  const at = path.join(place, name);
  const { dev: device, ino: inode } = lstatSync(path.dirname(at));
  const common = { path: at, directory: { device, inode } };
  return text === undefined ? { ...common, kind: 'directory' } : { ...common, kind: 'file', text };
}

function shut(name: string, mode: number): void {
  chmodSync(path.join(place, name), mode);
}

function modeOf(name: string): number {
  return lstatSync(path.join(place, name)).mode & 0o7777;
}

/** How many records there are, and what stands in the workspace, however it is shut. */
function left(): readonly unknown[] {
  const records = readdirSync(path.join(place, 'records'), { recursive: true, withFileTypes: true });
  const files = records.filter((entry) => entry.isFile()).length;
  become('root');
  if (!isRoot) shut('ws', 0o700);
  const names = readdirSync(path.join(place, 'ws')).sort();
  become('user');
  return [files, names];
}

test.each(['0', '100', '300', '555', '1444'])(
  'what stands in a directory that a command has given mode %s goes at once, and the mode stays',
  async (digits) => {
    const mode = Number.parseInt(digits, 8);
    const held = await store().hold([placed('ws/.envrc'), placed('ws/commondir', '.\n')]);
    shut('ws', mode);
    held.release();
    expect([modeOf('ws'), ...left()]).toEqual([mode, 0, []]);
  },
);

test('so it does where the directory lies in one that is shut too', async () => {
  mkdirSync(path.join(place, 'ws/.git'));
  const held = await store().hold([placed('ws/.git/hooks'), placed('ws/.git/commondir', '.\n')]);
  shut('ws/.git', 0);
  shut('ws', 0);
  held.release();
  expect([modeOf('ws'), ...left()]).toEqual([0, 0, ['.git']]);
  shut('ws', 0o700);
  expect(modeOf('ws/.git')).toBe(0);
  shut('ws/.git', 0o700);
  expect(readdirSync(path.join(place, 'ws/.git'))).toEqual([]);
});

test('what cannot be told from content stays with its record, and the mode too; the next start removes it', async () => {
  const held = await store().hold([placed('ws/commondir', '.\n')]);
  shut('ws/commondir', 0);
  shut('ws', 0o555);
  held.release();
  expect([modeOf('ws'), ...left()]).toEqual([0o555, 1, ['commondir']]);
  shut('ws', 0o700);
  shut('ws/commondir', 0o644);
  (await store().hold([placed('ws/.envrc')])).release();
  expect(left()).toEqual([0, []]);
});

test('what lies behind a shut directory and is not held open stays until a start that gets there', async () => {
  const names = Array.from({ length: MAX_HELD_DIRECTORIES + 1 }, (_, n) => `ws/d${String(n)}`);
  for (const name of names) mkdirSync(path.join(place, name));
  const last = names.at(-1) ?? '';
  const held = await store().hold(names.map((name) => placed(`${name}/.codex`)));
  shut('ws', 0);
  held.release();
  shut('ws', 0o700);
  const standing = (): readonly string[] =>
    names.filter((name) => readdirSync(path.join(place, name)).length > 0);
  expect([left()[0], standing()]).toEqual([1, [last]]);
  (await store().hold([placed(`${last}/.agents`)])).release();
  expect([left()[0], standing()]).toEqual([0, []]);
});

test('a start that has not come to make anything where a directory is shut leaves no record', async () => {
  mkdirSync(path.join(place, 'ws/sub'));
  const planned = placed('ws/sub/.envrc');
  shut('ws', 0);
  await expect(store().hold([planned])).rejects.toThrow('was closed while the sandbox was planned');
  expect(left()).toEqual([0, ['sub']]);
});

test.skipIf(!isRoot)(
  `the directory of another user is not opened; what stands there goes when he has opened it${needsRoot}`,
  async () => {
    asRoot(() => {
      chownSync(path.join(place, 'ws'), 0, 0);
      shut('ws', 0o777);
    });
    const known = store();
    const held = await known.hold([placed('ws/.envrc'), placed('ws/commondir', '.\n')]);
    asRoot(() => shut('ws', 0o700));
    held.release();
    expect([modeOf('ws'), ...left()]).toEqual([0o700, 1, ['.envrc', 'commondir']]);
    asRoot(() => shut('ws', 0o777));
    const standing = ['.envrc', 'commondir'].map((name) => path.join(place, 'ws', name));
    expect([...known.placeholdersIn(path.join(place, 'ws'))].sort()).toEqual(standing);
    (await store().hold([placed('ws/.codex')])).release();
    expect(left()).toEqual([0, []]);
  },
);

test.skipIf(!isRoot)(`nor is one opened whose group its user could not give back${needsRoot}`, async () => {
  asRoot(() => {
    chownSync(path.join(place, 'ws'), NOBODY, 1);
    shut('ws', 0o2700);
  });
  const held = await store().hold([placed('ws/.envrc')]);
  asRoot(() => shut('ws', 0o2500));
  held.release();
  expect([modeOf('ws'), ...left()]).toEqual([0o2500, 1, ['.envrc']]);
  asRoot(() => shut('ws', 0o2700));
  (await store().hold([placed('ws/.codex')])).release();
  expect(left()).toEqual([0, []]);
});
