import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { collectPath } from './path-option.js';

test.each(['', '~', '~/.ssh', '~nobody/.ssh', '*.env', '/srv/*/key', 'a?', '[ab]', '--', '--deny'])(
  '%j is no path',
  (path) => {
    expect(() => collectPath(path, [])).toThrow(InvalidArgumentError);
  },
);

test.each(['.', '..', '../missing', '/', 'missing', '/srv/a~', './~', './--', '-'])(
  '%j is a path, whether it is there or not',
  (path) => {
    expect(collectPath(path, ['/earlier'])).toEqual(['/earlier', path]);
  },
);

test('who forgot a path before the command is told so, and how a file of that name is meant', () => {
  expect(() => collectPath('--', [])).toThrow(
    new InvalidArgumentError(
      'There is no such file, and it looks as if the path was forgotten; name one, or write ./-- for what is called so.',
    ),
  );
});

test.each(['missing/..', 'missing/../x', '/dev/null/../null'])('%j leads no program anywhere', (path) => {
  expect(() => collectPath(path, [])).toThrow(
    /^It names nothing, for .*\.\. leads nowhere \(ENO\w+\); name it without \.\. in it\.$/,
  );
});

test('what is there may be called as it likes', () => {
  const place = mkdtempSync(join(tmpdir(), 'holdfast-[odd]-'));
  const path = join(place, '*.env');
  writeFileSync(path, '');
  expect(collectPath(path, [])).toEqual([path]);
  rmSync(place, { recursive: true });
});
