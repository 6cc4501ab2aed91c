import { expect, test } from 'vitest';
import { formatAge } from './age.js';
import { printable, printableCommand, printableLines } from './printable.js';
import { formatTable } from './table.js';

test.each([
  [-5, '0s'],
  [999, '0s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [3_599_999, '59m'],
  [7_200_000, '2h'],
  [86_400_000 * 3, '3d'],
])('%s ms are %s', (ms, age) => {
  expect(formatAge(ms)).toBe(age);
});

test('what would steer a terminal is escaped', () => {
  expect(printable('a\x1b[2Jb\n\u202e\u009bc')).toBe('a\\u001b[2Jb\\u000a\\u202e\\u009bc');
});

test('line ends of our own are kept', () => {
  expect(printableLines('a\x1b]0;x\x07\nb\r\x7f\u0085')).toBe('a\\u001b]0;x\\u0007\nb\\u000d\\u007f\\u0085');
});

test('a command shows where its words begin and end', () => {
  expect(printableCommand(['sh', '-c', "echo 'a'", ''])).toBe(`sh -c 'echo '\\''a'\\''' ''`);
});

test('columns are as wide as their widest cell, and lines end with their last character', () => {
  const rows = [
    ['REF', 'ID', 'COMMAND'],
    ['abc123', 'x', 'sleep 60'],
  ];
  expect(formatTable(rows, undefined)).toBe('REF      ID   COMMAND\nabc123   x    sleep 60\n');
  expect(formatTable(rows, 17)).toBe('REF      ID   CO…\nabc123   x    sl…\n');
});
