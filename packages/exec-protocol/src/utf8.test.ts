import { expect, test } from 'vitest';
import { utf8Length } from './utf8.js';

test.each([
  ['nothing', ''],
  ['more than one piece', 'aü€'.repeat(100_000)],
  ['characters of two units around each end of a piece', `a${'😀'.repeat(100_000)}`],
  ['half a character at the end of a piece', `${'a'.repeat(65_535)}\ud83d`],
])('counts the bytes of a text with %s', (_, text) => {
  expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
});
