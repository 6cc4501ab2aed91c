import { expect, test } from 'vitest';
import { SharedLooks } from './shared-looks.js';

/** Looks that end when a test says so. */
class Manual {
  readonly shared = new SharedLooks<number>();
  readonly begun: { readonly end: (found: number) => void; readonly signal: AbortSignal }[] = [];

  ask(signal = new AbortController().signal): Promise<number> {
    const look = (unwanted: AbortSignal): Promise<number> =>
      new Promise((end, reject: (reason: unknown) => void) => {
        this.begun.push({ end, signal: unwanted });
        unwanted.addEventListener('abort', () => reject(unwanted.reason));
      });
    return this.shared.ask('key', look, signal);
  }

  async end(at: number): Promise<void> {
    await settled();
    this.begun[at]?.end(at);
    await settled();
  }
}

/** Lets everything that waits for nothing else come to its end. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

test('all who ask while a look is under way share the next one', async () => {
  const looks = new Manual();
  const answers = [looks.ask()];
  await settled();
  answers.push(looks.ask(), looks.ask());
  await looks.end(0);
  answers.push(looks.ask());
  await looks.end(1);
  await looks.end(2);
  expect([await Promise.all(answers), looks.begun.length]).toEqual([[0, 1, 1, 2], 3]);
  const later = looks.ask();
  await looks.end(3);
  expect(await later).toBe(3);
});

test('one who does not wait any more takes nothing from the others', async () => {
  const looks = new Manual();
  const leaving = new AbortController();
  const first = looks.ask();
  const gone = looks.ask(leaving.signal);
  const stays = looks.ask();
  leaving.abort(new Error('enough'));
  await expect(gone).rejects.toThrow('enough');
  await looks.end(0);
  await looks.end(1);
  expect(await Promise.all([first, stays])).toEqual([0, 1]);
});

test('a look for which nobody waits is given up, and who comes then gets another', async () => {
  const looks = new Manual();
  const leaving = new AbortController();
  const answers = [looks.ask(leaving.signal), looks.ask(leaving.signal)];
  await settled();
  leaving.abort(new Error('enough'));
  const later = looks.ask();
  expect(await Promise.allSettled(answers)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
  await looks.end(1);
  expect([await later, looks.begun.map(({ signal }) => signal.aborted)]).toEqual([1, [true, true]]);
});

test('a look that fails fails for all, and not for those who come later', async () => {
  const shared = new SharedLooks<number>();
  const { signal } = new AbortController();
  const failing = (): Promise<number> => Promise.reject(new Error('broken'));
  const first = shared.ask('key', failing, signal);
  const second = shared.ask('key', failing, signal);
  await expect(first).rejects.toThrow('broken');
  await expect(second).rejects.toThrow('broken');
  expect(await shared.ask('key', () => Promise.resolve(7), signal)).toBe(7);
});
