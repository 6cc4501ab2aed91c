import { Buffer } from 'node:buffer';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeFiles } from './node-files.js';

let place = '';

beforeAll(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-named-')));
  for (const name of ['real/deep', 'ws']) mkdirSync(join(place, name), { recursive: true });
  symlinkSync('../real/deep', join(place, 'ws/link'));
});

afterAll(() => {
  rmSync(place, { recursive: true });
});

test.each([
  ['ws/link/../file', 'real/file'],
  ['ws/link/../new/file/', 'real/new/file'],
  ['ws/link/..', 'real'],
  ['ws/../ws/link', 'ws/link'],
  ['ws/link/file', 'ws/link/file'],
])('%s is %s, as for every program', (typed, found) => {
  const path = `${place}/${typed}`;
  const named = [path, `${relative(process.cwd(), place)}/${typed}`];
  const paths = named.map((text) => Buffer.from(nodeFiles.resolve(text)).toString());
  expect(paths).toEqual([join(place, found), join(place, found)]);
});

test('nothing is behind what is missing, and above the root there is only the root', () => {
  expect(() => nodeFiles.resolve(`${place}/none/../file`)).toThrow(
    new ExecError('fileNotFound', `"${place}/none/.." does not exist on this machine`),
  );
  const paths = ['/..', '/../x', '.', 'x/'].map((text) => Buffer.from(nodeFiles.resolve(text)).toString());
  expect(paths).toEqual(['/', '/x', resolve('.'), resolve('x')]);
});
