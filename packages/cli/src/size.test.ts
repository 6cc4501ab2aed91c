import { expect, test } from 'vitest';
import { parseSize } from './size.js';

test('sizes are bytes, or thousands of 1,024 of them', () => {
  expect(['0', '1048576', '64K', '256m', '3G'].map(parseSize)).toEqual([
    0, 1_048_576, 65_536, 268_435_456, 3_221_225_472,
  ]);
});

test.each(['', '-1', '1.5G', '10T', 'much', '1 M'])('%j is refused with a remedy', (text) => {
  expect(() => parseSize(text)).toThrow(/such as 256M/);
});
