import { expect, test } from 'vitest';
import { formatAge } from './age.js';
import { printableCommand } from './printable.js';
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
