import { expect, test } from 'vitest';
import { Turns } from './turns.js';

test('each has its turn when the one before has ended, in the order in which they asked', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const ask = async (name: string): Promise<() => void> => {
    const end = await turns.next();
    order.push(name);
    return end;
  };
  const [first, second, third] = ['first', 'second', 'third'].map(ask);
  const endFirst = await first;
  await Promise.resolve();
  expect(order).toEqual(['first']);
  endFirst?.();
  const endSecond = await second;
  expect(order).toEqual(['first', 'second']);
  endSecond?.();
  endSecond?.();
  await third;
  expect(order).toEqual(['first', 'second', 'third']);
});
