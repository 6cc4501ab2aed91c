import { expect, test } from 'vitest';
import { printable, printableLines } from './printable.js';

test('what would steer a terminal is escaped', () => {
  expect(printable('a\x1b[2Jb\n\u202e\u009bc')).toBe('a\\u001b[2Jb\\u000a\\u202e\\u009bc');
});

test('line ends of our own are kept', () => {
  expect(printableLines('a\x1b]0;x\x07\nb\r\x7f\u0085')).toBe('a\\u001b]0;x\\u0007\nb\\u000d\\u007f\\u0085');
});

test.each([
  ['a soft hyphen', 0xad],
  ['an Arabic mark of direction', 0x61c],
  ['a filler', 0x3164],
  ['a space without width', 0x200b],
  ['a mark of direction', 0x200f],
  ['a separator of lines', 0x2028],
  ['an override of direction', 0x202e],
  ['a word joiner', 0x2060],
  ['an isolate of direction', 0x2066],
  ['a variation selector', 0xfe0f],
  ['a byte order mark', 0xfeff],
])('%s is seen', (_, code) => {
  const shown = `.env\\u${code.toString(16).padStart(4, '0')}rc`;
  expect(printable(`.env${String.fromCodePoint(code)}rc`)).toBe(shown);
});

test('tags are seen, in two halves as JSON has them', () => {
  const tags = [0xe0000, 0xe0001, 0xe0041, 0xe007f].map((code) => String.fromCodePoint(code)).join('');
  const shown = printable(tags);
  expect(shown).toBe('\\udb40\\udc00\\udb40\\udc01\\udb40\\udc41\\udb40\\udc7f');
  expect(JSON.parse(`"${shown}"`)).toBe(tags);
});

test('what is seen anyway stays as it is', () => {
  const names = 'é e\u0301 日本 😀 ñ العربية עברית a b …';
  expect(printable(names)).toBe(names);
});
