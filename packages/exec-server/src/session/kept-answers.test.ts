import { ExecError, MAX_KEPT_ANSWERS } from '@holdfast/exec-protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeptAnswers } from './kept-answers.js';
import { KeptBudget, KeptBytes } from './kept-budget.js';

/** Says what a request was answered, and counts what was carried out. */
class World {
  readonly runs: number[] = [];
  readonly answers: KeptAnswers;

  constructor(limit?: number) {
    this.answers = new KeptAnswers(undefined, limit);
  }

  async send(id: number, content = 'same'): Promise<string> {
    try {
      return String(await this.answers.once(id, content, () => this.#run(id)));
    } catch (error) {
      return (error as { readonly kind?: string }).kind ?? (error as Error).message;
    }
  }

  #run(id: number): Promise<string> {
    this.runs.push(id);
    return Promise.resolve(`done ${String(id)}`);
  }
}

type Step = readonly [id: number, content?: string] | { readonly upTo: number; readonly but?: number[] };

test.each<[string, readonly Step[], readonly string[], readonly number[]]>([
  ['a request is carried out', [[1]], ['done 1'], [1]],
  ['a repeat is answered like the first', [[1], [1]], ['done 1', 'done 1'], [1]],
  ['other content under the same id is refused', [[1], [1, 'other']], ['done 1', 'replayConflict'], [1]],
  [
    'a conflict leaves the first answer',
    [[1], [1, 'other'], [1]],
    ['done 1', 'replayConflict', 'done 1'],
    [1],
  ],
  ['an id below the highest is never carried out', [[5], [4]], ['done 5', 'outcomeUnknown'], [5]],
  [
    'ids may leave numbers out, and be negative',
    [[-3], [0], [9]],
    ['done -3', 'done 0', 'done 9'],
    [-3, 0, 9],
  ],
  ['an acknowledged answer is gone', [[1], { upTo: 1 }, [1]], ['done 1', 'outcomeUnknown'], [1]],
  [
    'the newest id is remembered when its answer is not',
    [[1], [2], { upTo: 2 }, [2], [3]],
    ['done 1', 'done 2', 'outcomeUnknown', 'done 3'],
    [1, 2, 3],
  ],
  [
    'what is named as unanswered is kept',
    [[1], [2], [3], { upTo: 3, but: [2] }, [1], [2], [3]],
    ['done 1', 'done 2', 'done 3', 'outcomeUnknown', 'done 2', 'outcomeUnknown'],
    [1, 2, 3],
  ],
  [
    'what comes after the acknowledged id is kept',
    [[1], [2], { upTo: 1 }, [2]],
    ['done 1', 'done 2', 'done 2'],
    [1, 2],
  ],
  [
    'an acknowledgement beyond everything seen forbids nothing that comes later',
    [[1], { upTo: 100 }, [2]],
    ['done 1', 'done 2'],
    [1, 2],
  ],
])('%s', async (_name, steps, outcomes, runs) => {
  const world = new World();
  const seen: string[] = [];
  for (const step of steps) {
    if ('upTo' in step) world.answers.acknowledge(step.upTo, step.but ?? []);
    else seen.push(await world.send(...step));
  }
  expect([seen, world.runs]).toEqual([outcomes, runs]);
});

test('a repeat of a request that still runs waits for the same answer', async () => {
  const { answers } = new World();
  let settle: (value: string) => void = () => undefined;
  const first = answers.once(1, 'same', () => new Promise((resolve) => (settle = resolve)));
  const second = answers.once(1, 'same', () => Promise.reject(new Error('carried out twice')));
  settle('done');
  expect(await Promise.all([first, second])).toEqual(['done', 'done']);
});

test('a failure is an answer too', async () => {
  const { answers } = new World();
  const fail = (): Promise<never> => Promise.reject(new ExecError('programNotFound', 'no such program'));
  const failure = expect.objectContaining({ kind: 'programNotFound', message: 'no such program' }) as Error;
  await expect(answers.once(1, 'same', fail)).rejects.toEqual(failure);
  await expect(answers.once(1, 'same', () => Promise.resolve('again'))).rejects.toEqual(failure);
});

test('of a failure is kept what travels of it', async () => {
  const { answers } = new World();
  const failures = [new ExecError('invalidPath', `${'x'.repeat(2 ** 20)}: none`), new Error('a secret')];
  const seen = [];
  for (const [id, failure] of failures.entries()) {
    await expect(answers.once(id, 'same', () => Promise.reject(failure))).rejects.toBe(failure);
    seen.push(await answers.once(id, 'same', () => Promise.resolve()).catch((error: unknown) => error));
  }
  expect(seen).toMatchObject([
    { kind: 'invalidPath', message: `${'x'.repeat(4997)} […] ${'x'.repeat(4991)}: none` },
    { kind: 'internal', message: 'internal error; the log of the peer has the cause' },
  ]);
});

test('answers that take too much memory have further requests refused until they are acknowledged', async () => {
  const bytes = new KeptBytes(new KeptBudget({ sessionBytes: 5500, ownBytes: 5500, sharedBytes: 0 }));
  const [answers, others] = [new KeptAnswers(bytes), new KeptAnswers(bytes)];
  const give = (text: string) => (): Promise<string> => Promise.resolve(text);
  await answers.once(1, 'same', give('x'.repeat(1000)));
  await answers
    .once(2, 'same', () => Promise.reject(new ExecError('internal', 'x'.repeat(1500))))
    .catch(() => undefined);
  const refusal = new ExecError(
    'limitExceeded',
    'answers that take too much memory wait to be acknowledged; send session/acknowledge, then try again',
  );
  expect(() => answers.once(3, 'same', give('more'))).toThrow(refusal);
  expect(() => others.once(1, 'same', give('more'))).toThrow(refusal);
  expect(await answers.once(1, 'same', give('again'))).toBe('x'.repeat(1000));
  answers.acknowledge(2, [1]);
  expect(await answers.once(3, 'same', give('more'))).toBe('more');
  expect(await others.once(1, 'same', give('more'))).toBe('more');
});

test('of a session that has ended nothing is kept, also of what comes after that', async () => {
  const bytes = new KeptBytes(new KeptBudget({ sessionBytes: 600, ownBytes: 600, sharedBytes: 0 }));
  const answers = new KeptAnswers(bytes);
  const give = (text: string) => (): Promise<string> => Promise.resolve(text);
  await answers.once(1, 'same', give('x'.repeat(1000)));
  const seen = [bytes.isFull];
  answers.close();
  seen.push(bytes.isFull);
  expect(await answers.once(2, 'same', give('y'.repeat(1000)))).toBe('y'.repeat(1000));
  expect([...seen, bytes.isFull, answers.count]).toEqual([true, false, false, 0]);
  expect(() => answers.once(1, 'same', give('again'))).toThrow(
    'the answer to request 1 is not kept any more',
  );
});

test('what is acknowledged before it is known counts for nothing', async () => {
  const bytes = new KeptBytes(new KeptBudget({ sessionBytes: 512, ownBytes: 512, sharedBytes: 0 }));
  const answers = new KeptAnswers(bytes);
  const answer = answers.once(1, 'same', () => Promise.resolve('x'.repeat(1000)));
  answers.acknowledge(1, []);
  await answer;
  const seen = [bytes.isFull];
  for (let id = 2; id <= 3; id += 1) void answers.once(id, 'same', () => new Promise(() => undefined));
  expect([...seen, bytes.isFull]).toEqual([false, true]);
});

test('at the limit a new request is refused, as if it had never come, until answers are acknowledged', async () => {
  const world = new World();
  for (let id = 1; id <= MAX_KEPT_ANSWERS; id += 1) await world.send(id);
  const next = MAX_KEPT_ANSWERS + 1;
  expect([await world.send(next), world.answers.count]).toEqual(['limitExceeded', MAX_KEPT_ANSWERS]);
  expect(await world.send(1)).toBe('done 1');
  world.answers.acknowledge(1, []);
  expect([await world.send(next), world.runs.length]).toEqual([`done ${String(next)}`, next]);
});

test('whatever is sent, lost and repeated, each id runs at most once and no two answers differ', async () => {
  const step = fc.oneof(
    fc.record({ id: fc.integer({ min: 1, max: 12 }), content: fc.constantFrom('a', 'b') }),
    fc.record({
      upTo: fc.integer({ min: 0, max: 12 }),
      but: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 3 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const world = new World(4);
      for (const one of steps) {
        if ('upTo' in one) world.answers.acknowledge(one.upTo, one.but);
        else {
          expect(['replayConflict', 'outcomeUnknown', 'limitExceeded', `done ${String(one.id)}`]).toContain(
            await world.send(one.id, one.content),
          );
        }
        expect(world.answers.count).toBeLessThanOrEqual(4);
      }
      expect(world.runs).toEqual([...new Set(world.runs)].sort((a, b) => a - b));
    }),
  );
});
