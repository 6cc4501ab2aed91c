import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MAX_WAITING_REQUESTS, type Newcomer, Newcomers } from './newcomers.js';

class Connection implements Newcomer {
  isEnded = false;
  isWaiting = false;
  close: () => void = () => undefined;
  expire: () => void = () => undefined;

  once(_event: 'close', listener: () => void): void {
    this.close = listener;
  }

  destroy(): void {
    this.isEnded = true;
  }
}

function connections(count: number): readonly Connection[] {
  return Array.from({ length: count }, () => new Connection());
}

/** Which of them are ended. */
function endedOf(all: readonly Connection[]): readonly number[] {
  return all.flatMap(({ isEnded }, at) => (isEnded ? [at] : []));
}

test('the oldest go that have neither come in nor gone, when what they have sent is read', async () => {
  const newcomers = new Newcomers({ count: 2 });
  const all = connections(6);
  for (const connection of all) newcomers.add(connection);
  await turn();
  expect(endedOf(all)).toEqual([]);
  if (all[0] !== undefined) newcomers.admit(all[0]);
  all[1]?.close();
  await turn();
  expect(endedOf(all)).toEqual([2, 3]);
  newcomers.add(new Connection());
  await turn();
  await turn();
  expect(endedOf(all)).toEqual([2, 3, 4]);
});

test('those whose request waits for its turn are not among them before they have had it, but beyond so many of them', async () => {
  const newcomers = new Newcomers({ count: 2 });
  const waiting = connections(MAX_WAITING_REQUESTS + 3);
  for (const connection of waiting) {
    connection.isWaiting = true;
    newcomers.add(connection);
  }
  const silent = connections(3);
  for (const connection of silent) newcomers.add(connection);
  await turn();
  await turn();
  expect(endedOf(silent)).toEqual([0]);
  expect(endedOf(waiting)).toEqual([0, 1, 2].map((at) => MAX_WAITING_REQUESTS + at));
  for (const connection of waiting.slice(0, 4)) connection.isWaiting = false;
  await turn();
  // They came before the others.
  expect(endedOf(waiting.slice(0, MAX_WAITING_REQUESTS))).toEqual([0, 1, 2, 3]);
  expect(endedOf(silent)).toEqual([0]);
});

test('each has so much time, unless it has come in', async () => {
  const newcomers = new Newcomers({ requestMs: 1 });
  const [silent, admitted] = [new Connection(), new Connection()];
  admitted.expire = () => expect.unreachable();
  const expired = new Promise<void>((resolve) => {
    silent.expire = resolve;
  });
  newcomers.add(admitted);
  newcomers.admit(admitted);
  newcomers.add(silent);
  await expired;
});

test('all end together, but for those that have come in', () => {
  const newcomers = new Newcomers();
  const all = connections(3);
  for (const connection of all) newcomers.add(connection);
  if (all[2] !== undefined) newcomers.admit(all[2]);
  newcomers.endAll();
  expect(endedOf(all)).toEqual([0, 1]);
});
