import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DirectoryStamp } from '../../files/directory-stamp.js';
import type { Placeholder } from '../../linux/plan-mounts.js';
import { PlaceholderLooks } from './placeholder-looks.js';

const LATER_MS = 60_000;

let place = '';

beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), 'holdfast-looks-'));
  mkdirSync(at('.codex'));
});

afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

function at(name: string): string {
  return path.join(place, name);
}

function placeholder(kind: 'directory' | 'file'): Placeholder {
  const { dev, ino } = lstatSync(place);
  const common = { path: at('.codex'), directory: { device: dev, inode: ino } };
  return kind === 'directory' ? { ...common, kind } : { ...common, kind, text: '.\n' };
}

/** Looks of a machine whose clock is far beyond all changes, so that everything is remembered that can be. */
function lateLooks(): PlaceholderLooks {
  return new PlaceholderLooks({ now: () => Date.now() + LATER_MS, stampOf });
}

function stampOf(file: string): DirectoryStamp | undefined {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true) return undefined;
  return { device: found.dev, inode: found.ino, changedMs: found.ctimeMs };
}

const CHANGES: Readonly<Record<string, () => void>> = {
  'something is put into it': () => {
    const before = stampOf(at('.codex'))?.changedMs;
    writeFileSync(at('.codex/file'), '');
    // The clock of the file system may stand still for some milliseconds.
    while (stampOf(at('.codex'))?.changedMs === before) utimesSync(at('.codex'), 0, 0);
  },
  'another directory with something in it takes its place': () => {
    mkdirSync(at('other'));
    writeFileSync(at('other/file'), '');
    rmSync(at('.codex'), { recursive: true });
    renameSync(at('other'), at('.codex'));
  },
  'a file takes its place': () => {
    rmSync(at('.codex'), { recursive: true });
    writeFileSync(at('.codex'), '');
  },
  'a link to an empty directory takes its place': () => {
    renameSync(at('.codex'), at('moved'));
    symlinkSync('moved', at('.codex'));
  },
};

test.each(Object.entries(CHANGES))('an empty directory is replaced as soon as %s', (_what, change) => {
  const looks = lateLooks();
  const before = [looks.isReplaced(placeholder('directory')), looks.isReplaced(placeholder('directory'))];
  change();
  expect([...before, looks.isReplaced(placeholder('directory'))]).toEqual([false, false, true]);
});

test('what has gone is not replaced, and what comes back is looked into', () => {
  const looks = lateLooks();
  const seen = [looks.isReplaced(placeholder('directory'))];
  rmSync(at('.codex'), { recursive: true });
  seen.push(looks.isReplaced(placeholder('directory')));
  mkdirSync(at('.codex'));
  writeFileSync(at('.codex/file'), '');
  seen.push(looks.isReplaced(placeholder('directory')));
  expect(seen).toEqual([false, false, true]);
});

test('two changes that the file system tells no times apart of are told apart', () => {
  // As with a clock of the file system that stands still for a moment.
  const stamp = { device: 1, inode: 2, changedMs: Date.now() };
  const looks = new PlaceholderLooks({ now: () => stamp.changedMs + 1, stampOf: () => stamp });
  const seen = [looks.isReplaced(placeholder('directory'))];
  writeFileSync(at('.codex/file'), '');
  seen.push(looks.isReplaced(placeholder('directory')));
  expect(seen).toEqual([false, true]);
});

test('a directory that nothing has changed in for a while is not opened again', () => {
  const stamp = { device: 1, inode: 2, changedMs: Date.now() };
  const looks = new PlaceholderLooks({ now: () => stamp.changedMs + LATER_MS, stampOf: () => stamp });
  const seen = [looks.isReplaced(placeholder('directory'))];
  // Only one that opens it can know, for its stamp stays the same here.
  writeFileSync(at('.codex/file'), '');
  seen.push(looks.isReplaced(placeholder('directory')));
  expect(seen).toEqual([false, false]);
});

test('a file is read each time, whatever its times say', () => {
  rmSync(at('.codex'), { recursive: true });
  writeFileSync(at('.codex'), '.\n');
  const stamp = { device: 1, inode: 2, changedMs: 0 };
  const looks = new PlaceholderLooks({ now: () => LATER_MS, stampOf: () => stamp });
  const seen = [looks.isReplaced(placeholder('file'))];
  writeFileSync(at('.codex'), '..');
  seen.push(looks.isReplaced(placeholder('file')));
  expect(seen).toEqual([false, true]);
});
