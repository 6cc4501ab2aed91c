import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  LOOKUP_TIMEOUT_MS,
  MAX_ADDRESSES_PER_NAME,
  MAX_LOOKUPS,
  MAX_LOOKUPS_PER_NETWORK,
  MAX_WAITING_LOOKUPS,
} from '../../limits.js';
import type { NameDenial } from './look-up.js';
import { Lookups, type NetworkNames, type Resolution } from './lookups.js';

/** Of somebody who waits for the answer. */
function wanted(): AbortSignal {
  return new AbortController().signal;
}

/** The searches that were begun, in order; a test lets each find something. */
let begun: { readonly name: string; readonly find: (addresses: readonly string[]) => void }[];
/** The names whose search was stopped. */
let stopped: string[];
let lookups: Lookups;

beforeEach(() => {
  vi.useFakeTimers();
  begun = [];
  stopped = [];
  lookups = new Lookups(
    (name, signal) =>
      new Promise((find) => {
        begun.push({ name, find });
        signal.addEventListener('abort', () => {
          stopped.push(name);
          find([]);
        });
      }),
  );
});

afterEach(() => {
  vi.useRealTimers();
});

function ask(network: NetworkNames, prefix: string, count: number): Promise<Resolution>[] {
  return Array.from({ length: count }, (_, at) => network.resolve(`${prefix}${at}`, wanted()));
}

function namesOf(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at}`);
}

/** Lets a search find something, and whatever waits for that go on. */
async function find(name: string, addresses: readonly string[] = []): Promise<void> {
  begun.find((one) => one.name === name)?.find(addresses);
  await vi.advanceTimersByTimeAsync(0);
}

function begunNames(): string[] {
  return begun.map(({ name }) => name);
}

test('one network has so many searches under way, and the next begins when one ends', async () => {
  const network = lookups.share();
  void ask(network, 'a', MAX_LOOKUPS_PER_NETWORK + 1);
  expect(begunNames()).toEqual(namesOf('a', MAX_LOOKUPS_PER_NETWORK));
  await find('a3');
  expect(begunNames()).toEqual(namesOf('a', MAX_LOOKUPS_PER_NETWORK + 1));
});

test('so many names of one network wait, and one more is refused at once while others may ask', async () => {
  const network = lookups.share();
  void ask(network, 'a', MAX_LOOKUPS_PER_NETWORK + MAX_WAITING_LOOKUPS);
  expect(await network.resolve('more', wanted())).toBe('too_many_lookups');
  const known = network.resolve('a0', wanted());
  const other = lookups.share().resolve('b', wanted());
  await find('a0', ['9.9.9.1']);
  await find('b', ['9.9.9.2']);
  expect([await known, await other]).toEqual([['9.9.9.1'], ['9.9.9.2']]);
});

test('the searches of all networks are bounded, and the network with the fewest goes first', async () => {
  const greedy = Array.from({ length: MAX_LOOKUPS / MAX_LOOKUPS_PER_NETWORK }, () => lookups.share());
  greedy.forEach((network, at) => ask(network, `${at}-`, 2 * MAX_LOOKUPS_PER_NETWORK));
  expect(begun).toHaveLength(MAX_LOOKUPS);
  void lookups.share().resolve('modest', wanted());
  expect(begun).toHaveLength(MAX_LOOKUPS);
  await find('0-0');
  await find('1-0');
  expect(begunNames().slice(MAX_LOOKUPS)).toEqual(['modest', `0-${MAX_LOOKUPS_PER_NETWORK}`]);
});

test('a name that one network asks for several times at once is searched once, and anew later', async () => {
  const network = lookups.share();
  const both = [network.resolve('a', wanted()), network.resolve('a', wanted())];
  const other = lookups.share().resolve('a', wanted());
  expect(begunNames()).toEqual(['a', 'a']);
  begun[0]?.find(['9.9.9.1']);
  begun[1]?.find(['9.9.9.2']);
  expect(await Promise.all([...both, other])).toEqual([['9.9.9.1'], ['9.9.9.1'], ['9.9.9.2']]);
  void network.resolve('a', wanted());
  expect(begunNames()).toEqual(['a', 'a', 'a']);
});

test('what is denied is handed on, and a search is not shared where that differs', async () => {
  const denials: unknown[] = [];
  const network = new Lookups((_name, _signal, denial) => {
    denials.push(denial);
    return Promise.resolve({ denied: 'a.b' });
  }).share();
  const denialOn = (key: string): NameDenial => ({ key, covers: () => true });
  const [one, other] = [denialOn('80'), denialOn('443')];
  const all = [one, one, other].map((denial) => network.resolve('a', wanted(), denial));
  expect(await Promise.all(all)).toEqual(all.map(() => ({ denied: 'a.b' })));
  expect(denials).toEqual([one, other]);
});

test('a search ends with the last one who waits for it, and one that nobody waits for is never begun', async () => {
  const network = lookups.share();
  const [first, second] = [new AbortController(), new AbortController()];
  const left = network.resolve('a', first.signal);
  const stayed = network.resolve('a', second.signal);
  void ask(network, 'b', MAX_LOOKUPS_PER_NETWORK - 1);
  const waiting = network.resolve('c', first.signal);
  const next = network.resolve('d', wanted());
  first.abort();
  expect([await left, await waiting, stopped]).toEqual([[], [], []]);
  second.abort();
  expect([await stayed, stopped]).toEqual([[], ['a']]);
  await vi.advanceTimersByTimeAsync(0);
  await find('d', ['9.9.9.1']);
  expect(await next).toEqual(['9.9.9.1']);
  expect(begunNames()).toEqual(['a', ...namesOf('b', MAX_LOOKUPS_PER_NETWORK - 1), 'd']);
  expect(await network.resolve('e', first.signal)).toEqual([]);
  expect(begunNames()).not.toContain('e');
});

test('who asks again after everybody has left gets a search of his own', async () => {
  const network = lookups.share();
  const left = new AbortController();
  void network.resolve('a', left.signal);
  left.abort();
  const again = network.resolve('a', wanted());
  begun[1]?.find(['9.9.9.1']);
  expect(await again).toEqual(['9.9.9.1']);
});

test('a search has its time, which begins when it does', async () => {
  const network = lookups.share();
  const all = ask(network, 'a', MAX_LOOKUPS_PER_NETWORK + 1);
  await vi.advanceTimersByTimeAsync(LOOKUP_TIMEOUT_MS - 1);
  expect(stopped).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(stopped).toEqual(namesOf('a', MAX_LOOKUPS_PER_NETWORK));
  expect(await Promise.all(all.slice(0, -1))).toEqual(namesOf('a', MAX_LOOKUPS_PER_NETWORK).map(() => []));
  await vi.advanceTimersByTimeAsync(LOOKUP_TIMEOUT_MS);
  expect(await all.at(-1)).toEqual([]);
});

test('so many addresses of a name are tried, and a search that fails finds none', async () => {
  const many = Array.from({ length: MAX_ADDRESSES_PER_NAME + 1 }, (_, at) => `9.9.9.${at}`);
  const found = await new Lookups(() => Promise.resolve(many)).share().resolve('a', wanted());
  expect(found).toEqual(many.slice(0, MAX_ADDRESSES_PER_NAME));
  const failing = new Lookups(() => Promise.reject(new Error('no descriptor left')));
  expect(await failing.share().resolve('a', wanted())).toEqual([]);
});
