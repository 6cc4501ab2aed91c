import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { secureOwnFolder, uidOutside } from './own-folder.js';

let place = '';

beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), 'holdfast-own-'));
});

afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

test('a folder that is missing is made for this user alone, and one that others may use is refused', () => {
  const folder = path.join(place, 'a', 'b');
  expect([secureOwnFolder(folder), statSync(folder).mode & 0o777]).toEqual([true, 0o700]);
  expect(() => secureOwnFolder(path.join(place, 'a', '..', 'a'))).not.toThrow();
  symlinkSync('a', path.join(place, 'link'));
  expect(() => secureOwnFolder(path.join(place, 'link'))).toThrow(
    'must be a directory of this user with mode 0700',
  );
});

test('what cannot be made is named, with where it was to be', () => {
  writeFileSync(path.join(place, 'file'), '');
  const folder = path.join(place, 'file', 'records');
  expect(() => secureOwnFolder(folder)).toThrow(
    new ExecError(
      'sandboxUnsupported',
      `sandbox: the directory ${folder} cannot be made (ENOTDIR), which hides what is not for commands; see that ${path.join(place, 'file')} is a directory and has room`,
    ),
  );
});

test.each([
  ['         0          0 4294967295\n', 0, 0],
  ['         0       1001          1\n', 0, 1001],
  ['0 100000 65536\n', 0, 100_000],
  ['0 1001 1\n1 100000 65536\n', 1000, 1000],
  ['      1001          0          1\n', 1001, 1001],
  ['', 0, 0],
])('where users are mapped by %j, %i is %i outside', (uidMap, uid, outside) => {
  expect(uidOutside(uid, uidMap)).toBe(outside);
});

const canMount = process.getuid?.() === 0;

test.skipIf(!canMount)(
  `nobody makes one on a file system that is read-only${canMount ? '' : ' (skipped: only root can mount)'}`,
  () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', place]);
    try {
      expect(secureOwnFolder(path.join(place, 'records'))).toBe(false);
    } finally {
      execFileSync('umount', [place]);
    }
  },
);
