import { expect, test } from 'vitest';
import { createDeferred, type Deferred } from '../../deferred.js';
import { createProcessView, type ViewDriver } from './process-view.js';

class FakeDriver implements ViewDriver<number> {
  readonly ready: number[] = [];
  readonly asked: Deferred<number | undefined>[] = [];
  closes = 0;

  take(): number | undefined {
    return this.ready.shift();
  }

  next(): Promise<number | undefined> {
    const answer = createDeferred<number | undefined>();
    this.asked.push(answer);
    return answer.promise;
  }

  close(): void {
    this.closes += 1;
    for (const answer of this.asked) answer.resolve(undefined);
  }
}

test('calls made at once are answered in their order, also when a value becomes ready meanwhile', async () => {
  const driver = new FakeDriver();
  const view = createProcessView(driver, undefined);
  const first = view.next();
  await Promise.resolve();
  driver.ready.push(9);
  const second = view.next();
  driver.asked[0]?.resolve(1);
  expect(await first).toEqual({ done: false, value: 1 });
  await Promise.resolve();
  driver.asked[1]?.resolve(2);
  expect([await second, await view.next()]).toEqual([
    { done: false, value: 2 },
    { done: false, value: 9 },
  ]);
});

test('return ends a pending call and closes what is behind the view', async () => {
  const driver = new FakeDriver();
  const view = createProcessView(driver, undefined);
  const pending = view.next();
  await Promise.resolve();
  await view.return();
  expect([await pending, driver.closes > 0]).toEqual([{ done: true, value: undefined }, true]);
});

test('a signal ends a view at once, and every call fails with its reason', async () => {
  const driver = new FakeDriver();
  const stop = new AbortController();
  const view = createProcessView(driver, stop.signal);
  const pending = view.next();
  await Promise.resolve();
  stop.abort(new Error('enough'));
  await expect(pending).rejects.toThrow('enough');
  driver.ready.push(1);
  await expect(view.next()).rejects.toThrow('enough');
  expect(driver.closes).toBeGreaterThan(0);
});

test('a view of a signal that has fired already is closed from the start', async () => {
  const driver = new FakeDriver();
  const view = createProcessView(driver, AbortSignal.abort(new Error('before')));
  expect(driver.closes).toBe(1);
  await expect(view.next()).rejects.toThrow('before');
});
