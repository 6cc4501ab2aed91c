import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Newcomer, Newcomers } from './newcomers.js';

class Connection implements Newcomer {
  isEnded = false;
  close: () => void = () => undefined;

  once(_event: 'close', listener: () => void): void {
    this.close = listener;
  }

  destroy(): void {
    this.isEnded = true;
  }
}

test('the oldest go that have neither come in nor gone, when what they have sent is read', async () => {
  const newcomers = new Newcomers(2);
  const all = Array.from({ length: 6 }, () => new Connection());
  for (const connection of all) newcomers.add(connection);
  await turn();
  const ended = (): boolean[] => all.map(({ isEnded }) => isEnded);
  expect(ended()).toEqual(Array(6).fill(false));
  if (all[0] !== undefined) newcomers.admit(all[0]);
  all[1]?.close();
  await turn();
  expect(ended()).toEqual([false, false, true, true, false, false]);
  newcomers.add(new Connection());
  await turn();
  await turn();
  expect(ended()).toEqual([false, false, true, true, true, false]);
});
