import { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { SANDBOX_START_MS } from '../limits.js';
import { SetUp } from './set-up.js';
import { SetUpTime } from './testing/set-up-time.js';

test('ends at its limit, not before, and says what was under way and what helps', async () => {
  const clock = new SetUpTime();
  const setUp = new SetUp({ clock });
  setUp.begin('looking for repositories', '/ws');
  const waiting = setUp.until(new Promise(() => undefined));
  clock.advance(SANDBOX_START_MS - 1);
  expect([setUp.signal.aborted, setUp.leftMs]).toEqual([false, 1]);
  clock.advance(1);
  const refusal = new ExecError(
    'limitExceeded',
    'sandbox: it was not set up within 30 s (SANDBOX_START_MS) and gave up looking for repositories below /ws; see that the file systems there answer, or allow less to be written',
  );
  await expect(waiting).rejects.toEqual(refusal);
  expect(() => setUp.check()).toThrow(refusal);
  setUp.end();
  expect(clock.pending).toBe(0);
});

test('what keeps the event loop for itself is ended as well', () => {
  const clock = new SetUpTime();
  const setUp = new SetUp({ clock });
  setUp.begin('looking at files');
  clock.passUnnoticed(SANDBOX_START_MS);
  expect(() => setUp.check()).toThrow(/gave up looking at files; /);
  setUp.end();
});

test('whoever calls it off says why, and nobody hears of it when it has ended before', async () => {
  const clock = new SetUpTime();
  const callers = [new AbortController(), new AbortController()];
  const calledOffBy = callers.map(({ signal }) => signal);
  const [ended, going] = [new SetUp({ clock, calledOffBy }), new SetUp({ clock, calledOffBy })];
  ended.end();
  const waiting = going.until(new Promise(() => undefined));
  callers[1]?.abort(new Error('nobody wants it'));
  callers[0]?.abort(new Error('too late to be the reason'));
  await expect(waiting).rejects.toThrow('nobody wants it');
  await expect(going.until(Promise.resolve())).rejects.toThrow('nobody wants it');
  ended.check();
  going.end();
  expect([ended.signal.aborted, clock.pending]).toEqual([false, 0]);
  const late = new SetUp({ clock, calledOffBy });
  expect(() => late.begin('making its pipes')).toThrow('too late to be the reason');
  late.end();
});

test('work that fails says so itself', async () => {
  const setUp = new SetUp({ clock: new SetUpTime() });
  await expect(setUp.until(Promise.reject(new Error('it broke')))).rejects.toThrow('it broke');
  expect(await setUp.until(Promise.resolve(7))).toBe(7);
  setUp.end();
});
