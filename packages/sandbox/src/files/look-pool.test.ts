import { expect, test } from 'vitest';
import type { FileFacts } from './file-facts.js';
import { LookPool } from './look-pool.js';
import { resolvePath } from './resolve-path.js';
import { fakeFiles } from './testing/fake-files.js';

const DEEP = `/a${'/d'.repeat(40)}`;
const FILES = fakeFiles({
  [DEEP]: 'directory',
  '/l': { link: 'a' },
  [`/long/${'x'.repeat(250)}/f`]: { text: '' },
  '/b/c': 'directory',
});

function endOf(path: string, files: FileFacts): string {
  const found = resolvePath(path, files);
  return found.kind === 'deadEnd' ? found.why : found.kind;
}

test('what leads far takes from all, and nothing from what does not', () => {
  const pool = new LookPool(FILES, 30);
  const far = `/l${'/d'.repeat(40)}`;
  expect([
    endOf(far, pool.filesForNamed()),
    endOf(far, pool.filesForNamed()),
    endOf('/b/c', pool.filesForNamed()),
    endOf(DEEP, pool.filesFor(DEEP)),
  ]).toEqual([
    'directory',
    expect.stringMatching(
      /^\/a(\/d)+ is not looked at, since more than 30 names would have to be looked at for all that lead far$/,
    ),
    'directory',
    'directory',
  ]);
});

test('a look at a long path counts for several', () => {
  const looks = (path: string): number | undefined => {
    const files = new LookPool(FILES, 0).filesForNamed();
    for (let count = 0; count < 100; count += 1) {
      try {
        files.look(path);
      } catch {
        return count;
      }
    }
    return undefined;
  };
  expect([looks('/b/c'), looks(`/long/${'x'.repeat(250)}/f`)]).toEqual([16, 8]);
});
