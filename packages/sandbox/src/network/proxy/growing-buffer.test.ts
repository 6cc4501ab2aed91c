import { expect, test } from 'vitest';
import { GrowingBuffer } from './growing-buffer.js';

test('pieces of any length are kept in their order, in memory at most twice as large', () => {
  const pieces = [
    '',
    ...'in words, or '.split(' '),
    'x'.repeat(5000),
    ...Array.from({ length: 20_000 }, () => 'z'),
  ];
  const buffer = new GrowingBuffer();
  for (const piece of pieces) {
    buffer.add(Buffer.from(piece));
    expect(buffer.bytes.buffer.byteLength).toBeLessThanOrEqual(2 * buffer.bytes.length);
  }
  expect(String(buffer.bytes)).toBe(pieces.join(''));
});
