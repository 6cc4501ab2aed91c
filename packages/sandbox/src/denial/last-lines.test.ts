import { expect, test } from 'vitest';
import { MAX_JUDGED_CHARACTERS, MAX_JUDGED_LINE_LENGTH, MAX_JUDGED_LINES } from '../limits.js';
import { lastLines } from './last-lines.js';

test.each([
  ['', ['']],
  ['a', ['a']],
  ['a\n', ['', 'a']],
  ['\na\n\nb', ['b', '', 'a', '']],
])('the lines of %j come from the last one on', (output, lines) => {
  expect([...lastLines(output)]).toEqual(lines);
});

test('so many lines come', () => {
  expect([...lastLines('a\n'.repeat(2 * MAX_JUDGED_LINES))]).toHaveLength(MAX_JUDGED_LINES);
});

test('of a long line its end comes, and then the line before it', () => {
  const output = `before\n${'x'.repeat(2 ** 20)}end`;
  expect([...lastLines(output)]).toEqual([`${'x'.repeat(MAX_JUDGED_LINE_LENGTH - 3)}end`, 'before']);
});

test('so many characters come of all lines together', () => {
  const length = MAX_JUDGED_LINE_LENGTH - 1;
  const output = `${'x'.repeat(length)}\n`.repeat(2 ** 20 / MAX_JUDGED_LINE_LENGTH);
  const lines = [...lastLines(output)];
  expect(lines.reduce((sum, line) => sum + line.length, 0)).toBe(MAX_JUDGED_CHARACTERS);
});
