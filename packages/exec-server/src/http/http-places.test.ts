import { setMaxListeners } from 'node:events';
import { HTTP_PLACE_WAIT_MS, MAX_HTTP_REQUESTS, MAX_WAITING_HTTP_REQUESTS } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { settle } from '../testing/core-world.js';
import { TestClock } from '../testing/test-clock.js';
import { createHttpPlaces, mostRequests } from './http-places.js';

const never = new AbortController().signal;
setMaxListeners(0, never);

type Leave = () => void;

/** A server with few descriptors: 16 requests. */
class World {
  readonly clock = new TestClock();
  readonly #places = createHttpPlaces(0, this.clock);

  /** Asks for some places; what was given so far, and why others were not. */
  ask(
    session: string,
    count: number,
    signal = never,
  ): { readonly given: Leave[]; readonly refused: unknown[] } {
    const [given, refused]: [Leave[], unknown[]] = [[], []];
    for (let asked = 0; asked < count; asked += 1) {
      this.#places.take({ principal: 'everybody', session }, signal).then(
        (leave) => given.push(leave),
        (error: unknown) => refused.push(error),
      );
    }
    return { given, refused };
  }
}

test.each([
  ['of many descriptors', Number.POSITIVE_INFINITY, MAX_HTTP_REQUESTS],
  ['of some, an eighth of them', 4096, 512],
  ['of few, some all the same', 64, 16],
  ['without knowing how many, those of a usual process', undefined, 128],
])('%s', (_what, descriptors, most) => {
  expect(mostRequests(descriptors)).toBe(most);
});

test('a session has no more requests under way than it leaves for others, and its next one when one is over', async () => {
  const world = new World();
  const one = world.ask('one', 10);
  const other = world.ask('other', 10);
  await settle();
  expect([one.given.length, other.given.length]).toEqual([8, 4]);
  one.given[0]?.();
  await settle();
  expect([one.given.length, other.given.length, one.refused, other.refused]).toEqual([8, 5, [], []]);
});

test('who has none gets a place though all are taken', async () => {
  const world = new World();
  for (let session = 0; session < 20; session += 1) world.ask(`early ${String(session)}`, 16);
  const late = world.ask('late', 2);
  await settle();
  expect(late.given.length).toBe(1);
});

test('a request waits for a place so long, and is refused then with what to do', async () => {
  const world = new World();
  const { given, refused } = world.ask('one', 9);
  await settle();
  world.clock.advance(HTTP_PLACE_WAIT_MS - 1);
  await settle();
  expect([given.length, refused]).toEqual([8, []]);
  world.clock.advance(1);
  await settle();
  expect(refused).toMatchObject([
    {
      kind: 'limitExceeded',
      message:
        'http/request: too many are under way on this server, and none of those that have a place was over within 30 s; read their bodies to the end, give them timeoutMs, or send fewer at a time',
    },
  ]);
});

test('where too many of a session wait, the next one is refused at once', async () => {
  const world = new World();
  const { given, refused } = world.ask('one', 8 + MAX_WAITING_HTTP_REQUESTS + 1);
  await settle();
  expect([given.length, refused.length]).toEqual([8, 1]);
  expect(refused).toMatchObject([{ kind: 'limitExceeded' }]);
});

test('who gives a request up does not wait any longer', async () => {
  const world = new World();
  world.ask('one', 8);
  const giveUp = new AbortController();
  const { refused } = world.ask('one', 1, giveUp.signal);
  await settle();
  giveUp.abort(new Error('given up'));
  await settle();
  expect([refused, world.clock.pending]).toEqual([[new Error('given up')], 0]);
});
