import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FairTurns } from './fair-turns.js';

/** A search of so many slices; each is noted. */
async function search(name: string, slices: number, turns: FairTurns, had: string[]): Promise<void> {
  for (let slice = 0; slice < slices; slice++) {
    await turns.next(slice);
    had.push(name);
  }
}

test('two searches have the event loop at a time, however many want it', async () => {
  const turns = new FairTurns();
  const had: string[] = [];
  const all = Array.from({ length: 50 }, (_, at) => search(String(at), 1, turns, had));
  await turn();
  expect(had).toEqual(['0', '1']);
  await Promise.all(all);
  expect(had).toHaveLength(50);
});

test('a short search ends soon among many long ones, and each of those comes to its end', async () => {
  const turns = new FairTurns();
  const had: string[] = [];
  const long = Array.from({ length: 50 }, () => search('long', 20, turns, had));
  for (let at = 0; at < 200; at++) await turn();
  had.length = 0;
  await search('short', 5, turns, had);
  expect(had.length).toBeLessThanOrEqual(12);
  await Promise.all(long);
});

test('who has waited longest has its turn, however many new ones come', async () => {
  const turns = new FairTurns();
  const had: string[] = [];
  const old = turns.next(1000).then(() => had.push('old'));
  const fresh = Array.from({ length: 50 }, () => search('new', 1, turns, had));
  await turn();
  expect(had).toEqual(['new', 'old']);
  await Promise.all([old, ...fresh]);
});
