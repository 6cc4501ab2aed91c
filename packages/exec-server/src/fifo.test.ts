import { expect, test } from 'vitest';
import { Fifo } from './fifo.js';

test('what was added first is taken first, also once all was taken', () => {
  const queue = new Fifo<number>();
  queue.add(1);
  queue.add(2);
  const seen = [queue.first, queue.take(), queue.first];
  queue.add(3);
  seen.push(queue.take(), queue.take(), queue.first, queue.take());
  queue.add(4);
  expect([...seen, queue.first, queue.take()]).toEqual([1, 1, 2, 2, 3, undefined, undefined, 4, 4]);
});
