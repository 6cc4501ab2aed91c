import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Placeholder } from '../linux/plan-mounts.js';
import { PlaceholderStore, placeholderFolder } from './placeholder-store.js';

let place = '';

beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), 'holdfast-placeholders-'));
  mkdirSync(path.join(place, 'ws'));
});

afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

function store(): PlaceholderStore {
  return new PlaceholderStore(path.join(place, 'records'));
}

function inWorkspace(name: string, text?: string): Placeholder {
  const at = path.join(place, 'ws', name);
  return text === undefined ? { path: at, kind: 'directory' } : { path: at, kind: 'file', text };
}

function left(): readonly (readonly string[])[] {
  return [readdirSync(path.join(place, 'ws')).sort(), readdirSync(path.join(place, 'records'))];
}

test('placeholders stand while they are held, and go without a trace', () => {
  const held = store().hold([inWorkspace('.codex'), inWorkspace('config', '.')]);
  expect(readdirSync(path.join(place, 'ws')).sort()).toEqual(['.codex', 'config']);
  held.release();
  held.release();
  expect(left()).toEqual([[], []]);
});

test('what two sandboxes hold goes with the last of them', () => {
  const first = store().hold([inWorkspace('.codex')]);
  const second = store().hold([inWorkspace('.codex')]);
  first.release();
  expect(existsSync(inWorkspace('.codex').path)).toBe(true);
  second.release();
  expect(left()).toEqual([[], []]);
});

test('what has content by now is nobody’s placeholder', () => {
  const held = store().hold([inWorkspace('.codex'), inWorkspace('config', '.')]);
  writeFileSync(path.join(place, 'ws', '.codex', 'mine'), '');
  writeFileSync(path.join(place, 'ws', 'config'), 'mine');
  held.release();
  expect(left()).toEqual([['.codex', 'config'], []]);
});

test('the next sandbox removes what a killed one left', () => {
  const records = store().folder;
  mkdirSync(inWorkspace('.left').path);
  const dead = { pid: process.pid, started: 'another time', placeholders: [inWorkspace('.left')] };
  writeFileSync(path.join(records, '1-1.json'), JSON.stringify(dead));
  writeFileSync(path.join(records, 'lock'), `${process.pid} another time`);
  store()
    .hold([inWorkspace('.codex')])
    .release();
  expect(left()).toEqual([[], []]);
});

test('a placeholder that cannot be made leaves none of the others, and no record', () => {
  const folder = store();
  const impossible = inWorkspace('gone/deeper');
  expect(() => folder.hold([inWorkspace('.codex'), impossible])).toThrow(
    new ExecError(
      'sandboxUnsupported',
      `sandbox: ${impossible.path} must not be created by the command, and cannot be kept from it (ENOENT); let this user write its directory, or do not allow the command to`,
    ),
  );
  expect([left(), folder.isPlaceholder(impossible.path)]).toEqual([[[], []], false]);
});

test('a folder that others may write is not trusted', () => {
  const folder = path.join(place, 'open');
  mkdirSync(folder, { mode: 0o755 });
  expect(() => new PlaceholderStore(folder)).toThrow(/must be a directory of this user with mode 0700/);
});

test.each([
  [1000, '/run/user/1000', '/run/user/1000/holdfast'],
  [1000, undefined, '/tmp/holdfast-1000'],
  [1000, 'relative', '/tmp/holdfast-1000'],
  [0, undefined, '/run/holdfast'],
])('the records of user %i with the runtime directory %s are in %s', (uid, runtime, folder) => {
  expect(placeholderFolder(uid, runtime, '/tmp')).toBe(folder);
});
