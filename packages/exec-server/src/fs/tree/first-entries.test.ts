import { expect, test } from 'vitest';
import { EntriesByName, UNSORTED_ENTRIES } from './first-entries.js';

const LIMIT = 2 * UNSORTED_ENTRIES;
const NAMES = Array.from({ length: 8 * UNSORTED_ENTRIES }, (_, at) => String(at).padStart(6, '0'));
const SHUFFLED = NAMES.map((_, at) => NAMES[(at * 7919) % NAMES.length] ?? '');

/** Adds entries of these names. @returns what is kept of them, and how many comparisons each has taken. */
function added(names: readonly string[]): { kept: string[]; isCut: boolean; comparisons: number[] } {
  let count = 0;
  class CountedName extends Buffer {
    override compare(other: Uint8Array): 0 | 1 | -1 {
      count += 1;
      return Buffer.compare(this, other);
    }
  }
  const entries = new EntriesByName<{ name: Buffer }>(LIMIT);
  const comparisons = names.map((name) => {
    count = 0;
    entries.add({ name: Object.setPrototypeOf(Buffer.from(name), CountedName.prototype) as Buffer });
    return count;
  });
  const first = entries.first();
  return { kept: first.entries.map(({ name }) => String(name)), isCut: first.isCut, comparisons };
}

test.each([
  ['sorted', NAMES],
  ['backwards', NAMES.toReversed()],
  ['shuffled', SHUFFLED],
])('the first of many names, %s, are kept, and none takes longer than to sort a few', (_, names) => {
  const { kept, isCut, comparisons } = added(names);
  expect([kept, isCut]).toEqual([NAMES.slice(0, LIMIT), true]);
  // To see what is in order already, to sort the others, and to merge both.
  const atOnce = 2 * (LIMIT + UNSORTED_ENTRIES) + UNSORTED_ENTRIES * Math.log2(UNSORTED_ENTRIES);
  expect(Math.max(...comparisons)).toBeLessThan(atOnce);
});

test('names behind the last that is kept are compared with it alone', () => {
  const behind = added(NAMES).comparisons.slice(LIMIT + UNSORTED_ENTRIES);
  expect(new Set(behind)).toEqual(new Set([1]));
});
