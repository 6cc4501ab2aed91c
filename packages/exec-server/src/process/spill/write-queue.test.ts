import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BLOCK_BYTES, BlockPool } from './block-pool.js';
import { WriteQueue } from './write-queue.js';

function bytesOf(length: number, seed: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, at) => at * 7 + seed + (at >> 8)));
}

test('a queue behaves as one long buffer, and what it has dropped is never seen again', () => {
  const length = fc.oneof(fc.nat(300), fc.nat(2 * BLOCK_BYTES));
  const step = fc.oneof(
    fc.record({ push: length }),
    fc.record({ drop: fc.nat(100) }),
    fc.record({ copy: length, from: fc.nat(100) }),
    fc.record({ first: length }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const pool = new BlockPool();
      // Two share the blocks, so that one which gives a block back too early meets the bytes of the other.
      const other = new WriteQueue(pool);
      const queue = new WriteQueue(pool);
      let model = Buffer.alloc(0);
      let pushed = 0;
      for (const one of steps) {
        const share = (percent: number): number => Math.floor((percent * model.length) / 100);
        if ('push' in one) {
          const bytes = bytesOf(one.push, (pushed += 1));
          queue.push(bytes);
          model = Buffer.concat([model, bytes]);
        } else if ('drop' in one) {
          queue.drop(share(one.drop));
          model = model.subarray(share(one.drop));
          other.push(Buffer.alloc(BLOCK_BYTES, 0xff));
        } else if ('copy' in one) {
          const into = Buffer.alloc(one.copy);
          const copied = queue.copy(share(one.from), into);
          expect(into.subarray(0, copied).equals(model.subarray(share(one.from)).subarray(0, one.copy))).toBe(
            true,
          );
        } else {
          expect(Buffer.concat(queue.first(one.first)).equals(model.subarray(0, one.first))).toBe(true);
        }
        expect(queue.length).toBe(model.length);
      }
      expect(Buffer.concat(queue.first(Infinity)).equals(model)).toBe(true);
    }),
  );
});

test('blocks are used again, and no more of them are kept than one spill has on its way', () => {
  const pool = new BlockPool();
  const queue = new WriteQueue(pool);
  queue.push(Buffer.alloc(40 * BLOCK_BYTES));
  queue.drop(3 * BLOCK_BYTES - 1);
  expect(pool.freeBlocks).toBe(2);
  queue.drop(37 * BLOCK_BYTES + 1);
  expect(pool.freeBlocks).toBe(32);
  queue.push(Buffer.alloc(BLOCK_BYTES + 1));
  expect(pool.freeBlocks).toBe(30);
});
