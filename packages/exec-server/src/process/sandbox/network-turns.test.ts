import {
  ExecError,
  MAX_FIRST_NETWORKS_BEGUN,
  MAX_NETWORKS_BEGUN_PER_SESSION,
  MAX_WAITING_PLANS,
} from '@holdfast/exec-protocol';
import { SetUp } from '@holdfast/sandbox';
import { expect, test } from 'vitest';
import { NetworkTurns } from './network-turns.js';

/** Networks that are made until a test says that they are there. */
class Networks {
  readonly #turns = new NetworkTurns();
  /** Of which sessions, in order. */
  readonly begun: string[] = [];
  readonly #made: (() => void)[] = [];

  async ask(session: string, setUp = new SetUp()): Promise<void> {
    await this.#turns.take({ principal: 'one', session }, setUp, () => {
      this.begun.push(session);
      return new Promise<void>((resolve) => this.#made.push(resolve));
    });
    setUp.end();
  }

  /** The one that was begun first is there. */
  async make(): Promise<void> {
    this.#made.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a session that asks for many leaves places to others, and they have the next ones', async () => {
  const networks = new Networks();
  const asked = Array.from({ length: 6 }, () => networks.ask('many'));
  expect(networks.begun).toEqual(Array(MAX_NETWORKS_BEGUN_PER_SESSION).fill('many'));
  asked.push(...['a', 'b', 'c', 'd', 'e'].map((session) => networks.ask(session)));
  expect(networks.begun).toEqual(['many', 'many', 'a', 'b', 'c', 'd']);
  await networks.make();
  expect(networks.begun).toEqual(['many', 'many', 'a', 'b', 'c', 'd', 'e']);
  for (let left = asked.length; left > 0; left -= 1) await networks.make();
  await Promise.all(asked);
  expect(networks.begun.slice(7)).toEqual(Array(4).fill('many'));
});

test('sessions that keep all places busy keep nobody from a first one', async () => {
  const networks = new Networks();
  const asked = ['one', 'one', 'one', 'other', 'other', 'other'].map((session) => networks.ask(session));
  expect(networks.begun).toEqual(['one', 'one', 'other', 'other']);
  asked.push(...['late', 'late', 'later'].map((session) => networks.ask(session)));
  expect(networks.begun.slice(4)).toEqual(
    Array.from({ length: MAX_FIRST_NETWORKS_BEGUN }, (_, at) => ['late', 'later'][at]),
  );
  for (let left = asked.length; left > 0; left -= 1) await networks.make();
  await Promise.all(asked);
});

test('so many of a session may wait, and one that does not get its turn says so', async () => {
  const networks = new Networks();
  const timers: (() => void)[] = [];
  const clock = {
    now: () => 0,
    after: (_: number, run: () => void) => {
      timers.push(run);
      return { cancel: () => undefined };
    },
  };
  const waiting = Array.from({ length: MAX_NETWORKS_BEGUN_PER_SESSION + MAX_WAITING_PLANS }, () =>
    networks.ask('many', new SetUp({ clock })),
  );
  await expect(networks.ask('many')).rejects.toEqual(
    new ExecError(
      'limitExceeded',
      '1024 sandboxes of this session wait for their networks (MAX_WAITING_PLANS); wait for answers first',
    ),
  );
  timers.at(-1)?.();
  await expect(waiting.at(-1)).rejects.toEqual(
    new ExecError(
      'limitExceeded',
      'sandbox: it was not set up within 30 s (SANDBOX_START_MS) and gave up waiting for its network; many others are made here now: try again, and ask for fewer at once where they are yours',
    ),
  );
});
