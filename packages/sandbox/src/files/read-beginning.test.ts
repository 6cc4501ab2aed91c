import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readBeginning } from './read-beginning.js';

let place = '';

beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), 'holdfast-beginning-'));
});

afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

function put(name: string, text: string): string {
  const file = path.join(place, name);
  writeFileSync(file, text);
  return file;
}

test('a file is read up to the limit, however much more it has', () => {
  const huge = put('huge', 'né\n');
  truncateSync(huge, 2 ** 40);
  const file = put('file', 'né\n');
  expect([file, huge, put('empty', '')].map((one) => readBeginning(one, 4))).toEqual(['né\n', 'né\n', '']);
  expect(readBeginning(file, 1)).toBe('n');
});

test('what is no file is not read, nor what the kernel shows, and nobody waits for it', () => {
  const at = (name: string): string => path.join(place, name);
  execFileSync('mkfifo', [at('pipe')]);
  symlinkSync(put('file', 'text'), at('link'));
  mkdirSync(at('directory'));
  const paths = [...['pipe', 'link', 'directory', 'missing'].map(at), '/dev/zero', '/proc/version'];
  expect(paths.filter((file) => readBeginning(file, 10) !== undefined)).toEqual([]);
});
