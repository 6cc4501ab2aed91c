import { expect, test } from 'vitest';
import { Turns } from './turns.js';

test('so many go on at a time, the next in order, and a failure makes room as well', async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const works = [0, 1, 2, 3].map((number) =>
    turns
      .take(() => {
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
