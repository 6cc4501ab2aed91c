import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { LookPool } from '../files/look-pool.js';
import { realFileFacts } from '../files/real-file-facts.js';
import { temporaryDirectory } from '../files/testing/temporary-directory.js';
import { MAX_SMALL_FILE_BYTES } from '../limits.js';
import { gitPlacesIn } from './git-places.js';

test('a .git file of more bytes than are read is told, since nobody knows where it leads', () => {
  const root = temporaryDirectory();
  mkdirSync(path.join(root, 'real'));
  const pointer = path.join(root, '.git');
  const withBytes = (count: number): unknown => {
    writeFileSync(pointer, 'gitdir: real'.padEnd(count, '\n'));
    const looks = new LookPool(realFileFacts, 100);
    const { directories, pointers, unfollowed } = gitPlacesIn(
      { gitPaths: [pointer], repositories: [] },
      looks,
    );
    return { directories, pointers, unfollowed };
  };
  const why = `it has more than ${MAX_SMALL_FILE_BYTES} bytes, or is no file that can be read`;
  expect([withBytes(MAX_SMALL_FILE_BYTES), withBytes(MAX_SMALL_FILE_BYTES + 1)]).toEqual([
    { directories: [path.join(root, 'real')], pointers: [pointer], unfollowed: [] },
    { directories: [], pointers: [pointer], unfollowed: [{ path: pointer, why }] },
  ]);
});
