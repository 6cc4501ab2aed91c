import { describe, expect, test } from 'vitest';
import { isWithin } from '../files/paths.js';
import { MAX_CEILING_MOUNTS } from '../limits.js';
import { crowdedDirectories, WholeDirectories } from './whole-directories.js';

/** Those of the paths that lie in `/ws`, which is where a directory may be denied as a whole. */
function crowdedIn(paths: readonly string[]): Promise<readonly string[]> {
  return crowdedDirectories(
    paths,
    (directory) => isWithin(directory, '/ws'),
    () => Promise.resolve(),
  );
}

function filesIn(directory: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${directory}/${String(at).padStart(4, '0')}`);
}

// One for the directory itself.
const MOST = MAX_CEILING_MOUNTS - 1;

describe('directories are denied as a whole', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['where the mounts are just enough', filesIn('/ws', MOST), []],
    ['where one more is needed', filesIn('/ws', MOST + 1), ['/ws']],
    [
      'where most lies, as far down as it does',
      [...filesIn('/ws/own', 300), ...filesIn('/ws/x/y/z', 500)],
      ['/ws/x/y/z'],
    ],
    [
      'for directories that keep their names above what is denied',
      Array.from({ length: 270 }, (_, at) => `/ws/${at + 1000}/key`),
      Array.from({ length: 29 }, (_, at) => `/ws/${at + 1000}`),
    ],
    ['for long names', filesIn(`/ws/${'n'.repeat(200)}`, MAX_CEILING_MOUNTS / 2), [`/ws/${'n'.repeat(200)}`]],
    ['not for what lies far down alone', [`/ws${'/d'.repeat(100)}/key`], []],
  ])('%s', async (_, paths, crowded) => {
    expect(await crowdedIn(paths)).toEqual(crowded);
  });
});

test('of directories in one another the outer one is denied', () => {
  const wholes = new WholeDirectories<string>();
  wholes.add('/ws/a/b', 'for b', 'one');
  wholes.add('/ws/c', 'for c', 'one');
  wholes.add('/ws/a', 'for a', 'two');
  wholes.add('/ws/a/d', 'for d', 'one');
  wholes.prune();
  expect([...wholes.all, wholes.hold('/ws/a/x'), wholes.hold('/ws')]).toEqual([
    { directory: '/ws/c', why: 'for c', source: 'one' },
    { directory: '/ws/a', why: 'for a', source: 'two' },
    true,
    false,
  ]);
});
