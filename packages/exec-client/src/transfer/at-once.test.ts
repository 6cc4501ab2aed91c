import { expect, test } from 'vitest';
import { createDeferred, type Deferred } from '../deferred.js';
import { until } from '../testing/until.js';
import { forEachAtOnce } from './at-once.js';

/** Work that ends when a test says so. */
class Work {
  readonly begun: number[] = [];
  readonly #ends = new Map<number, Deferred<undefined>>();

  readonly run = (item: number): Promise<undefined> => {
    const end = createDeferred<undefined>();
    this.begun.push(item);
    this.#ends.set(item, end);
    return end.promise;
  };

  finish(item: number): void {
    this.#ends.get(item)?.resolve(undefined);
  }

  fail(item: number, reason: Error): void {
    this.#ends.get(item)?.reject(reason);
  }
}

test('so many items are worked on at once, the next when one is done, in their order', async () => {
  const work = new Work();
  const all = forEachAtOnce([1, 2, 3, 4], 2, work.run);
  expect(work.begun).toEqual([1, 2]);
  work.finish(2);
  await until(() => work.begun.length === 3);
  expect(work.begun).toEqual([1, 2, 3]);
  for (const item of [1, 3]) work.finish(item);
  await until(() => work.begun.length === 4);
  work.finish(4);
  await all;
});

test('after a failure nothing begins, what is under way is waited for, and the first failure counts', async () => {
  const work = new Work();
  let isOver = false;
  const all = forEachAtOnce([1, 2, 3], 2, work.run).finally(() => (isOver = true));
  const outcome = all.catch((error: unknown) => error);
  const first = new Error('first');
  work.fail(2, first);
  await new Promise((resolve) => setImmediate(resolve));
  expect([work.begun, isOver]).toEqual([[1, 2], false]);
  work.fail(1, new Error('second'));
  expect(await outcome).toBe(first);
  expect(work.begun).toEqual([1, 2]);
});

test('nothing to do is done at once', async () => {
  await forEachAtOnce([], 8, () => Promise.reject(new Error('there is no item')));
});
