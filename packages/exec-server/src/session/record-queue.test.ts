import { beforeEach, expect, test } from 'vitest';
import { RecordQueue, type RecordTeller } from './record-queue.js';

const LIMIT = 3;

let queue: RecordQueue<number>;

beforeEach(() => {
  queue = new RecordQueue(LIMIT);
});

/** A connection that tells all that there is, at once. */
function connected(): RecordTeller & { readonly told: readonly number[] } {
  const told: number[] = [];
  const teller = {
    told,
    onRecords: () => {
      for (let record = queue.take(); record !== undefined; record = queue.take()) told.push(record);
    },
  };
  queue.connect(teller);
  return teller;
}

test('each is told once and in order, also those of the time without a connection', () => {
  const first = connected();
  queue.add(1);
  queue.disconnect(first);
  queue.add(2);
  queue.add(3);
  const second = connected();
  queue.disconnect(first);
  queue.add(4);
  expect([first.told, second.told]).toEqual([[1], [2, 3, 4]]);
});

test('so many wait, and the oldest goes first', () => {
  for (let record = 0; record <= LIMIT; record += 1) queue.add(record);
  expect(connected().told).toEqual([1, 2, 3]);
});

test('what is cleared is told to nobody, and what comes after it is', () => {
  queue.add(1);
  queue.clear();
  queue.add(2);
  expect(connected().told).toEqual([2]);
});

test('nothing is kept once nobody will come', () => {
  queue.add(1);
  queue.close();
  queue.add(2);
  expect(connected().told).toEqual([]);
});
