import { expect, test } from 'vitest';
import { Turns } from './turns.js';

const NEVER = new AbortController().signal;

test('so many go on at a time, the next in order, and a failure makes room as well', async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const works = [0, 1, 2, 3].map((number) =>
    turns
      .take(NEVER, () => {
        begun.push(number);
        return new Promise<void>((resolve, reject) => {
          ends[number] = (error) => (error === undefined ? resolve() : reject(error));
        });
      })
      .catch((error: unknown) => String(error)),
  );
  expect(begun).toEqual([0, 1]);
  ends[1]?.(new Error('it failed'));
  expect(await works[1]).toBe('Error: it failed');
  expect(begun).toEqual([0, 1, 2]);
  ends[0]?.();
  await works[0];
  expect(begun).toEqual([0, 1, 2, 3]);
  ends[2]?.();
  ends[3]?.();
  await Promise.all(works);
});

test('who gives up waiting leaves its turn to the next', async () => {
  const turns = new Turns(1);
  let end: (result: string) => void = () => undefined;
  const first = turns.take(NEVER, () => new Promise<string>((resolve) => (end = resolve)));
  const givenUp = new AbortController();
  const second = turns.take(givenUp.signal, () => Promise.reject(new Error('it began')));
  const third = turns.take(NEVER, () => Promise.resolve('third'));
  givenUp.abort(new Error('given up'));
  await expect(second).rejects.toThrow('given up');
  await expect(turns.take(givenUp.signal, () => Promise.reject(new Error('it began')))).rejects.toThrow(
    'given up',
  );
  end('first');
  expect([await first, await third]).toEqual(['first', 'third']);
});

test('work that ends elsewhere keeps its turn until then, and ends once', async () => {
  const turns = new Turns(1);
  const order: string[] = [];
  const begin = async (name: string): Promise<() => void> => {
    const end = await turns.begin(NEVER);
    order.push(name);
    return end;
  };
  const [first, second, third] = ['first', 'second', 'third'].map(begin);
  const endFirst = await first;
  await Promise.resolve();
  expect(order).toEqual(['first']);
  endFirst?.();
  endFirst?.();
  const endSecond = await second;
  await Promise.resolve();
  expect(order).toEqual(['first', 'second']);
  endSecond?.();
  await third;
  expect(order).toEqual(['first', 'second', 'third']);
});
