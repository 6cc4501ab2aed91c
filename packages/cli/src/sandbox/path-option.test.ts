import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { collectPath } from './path-option.js';

test.each(['', '~', '~/.ssh', '~nobody/.ssh', '*.env', '/srv/*/key', 'a?', '[ab]'])(
  '%j is no path',
  (path) => {
    expect(() => collectPath(path, [])).toThrow(InvalidArgumentError);
  },
);

test.each(['.', '/', 'missing', '/srv/a~', './~'])('%j is a path, whether it is there or not', (path) => {
  expect(collectPath(path, ['/earlier'])).toEqual(['/earlier', path]);
});

test('what is there may be called as it likes', () => {
  const place = mkdtempSync(join(tmpdir(), 'holdfast-[odd]-'));
  const path = join(place, '*.env');
  writeFileSync(path, '');
  expect(collectPath(path, [])).toEqual([path]);
  rmSync(place, { recursive: true });
});
