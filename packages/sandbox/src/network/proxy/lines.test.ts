import { expect, test } from 'vitest';
import { firstLines } from './lines.js';

test.each([
  ['nothing', '', 2, { count: 0, end: 0 }],
  ['a start without its end', 'abc', 2, { count: 0, end: 3 }],
  ['fewer than may be', 'a\nbc', 2, { count: 1, end: 4 }],
  ['as many as may be', 'a\r\n\r\n', 2, { count: 2, end: 5 }],
  ['one more', 'a\nb\nc\n', 2, { count: 2, end: 4 }],
])('the first lines of %s', (_, bytes, most, lines) => {
  expect(firstLines(Buffer.from(bytes), most)).toEqual(lines);
});
