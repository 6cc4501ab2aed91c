import { MAX_PROXY_CONNECTIONS } from '@holdfast/sandbox/internal';
import { expect, test } from 'vitest';
import { ConnectionPlaces, mostConnections } from './connection-places.js';

type Leave = () => void;

/** Takes as many places for a session as it gets. */
function takeAll(places: ConnectionPlaces, session: string): readonly Leave[] {
  const take = places.of({ principal: 'everybody', session });
  const taken: Leave[] = [];
  for (let leave = take(); leave !== undefined; leave = take()) taken.push(leave);
  return taken;
}

test.each([
  ['of many descriptors, two for each in a quarter of them', 100_000, 12_500],
  ['of few, those of one network', 1024, MAX_PROXY_CONNECTIONS],
  ['without knowing how many, the same', undefined, MAX_PROXY_CONNECTIONS],
])('%s', (_, descriptors, most) => {
  expect(mostConnections(descriptors)).toBe(most);
});

test('a session has no more than it leaves for others, and gets more when those have gone', () => {
  const places = new ConnectionPlaces(8 * 1024);
  const one = takeAll(places, 'one');
  const other = takeAll(places, 'other');
  expect([one.length, other.length]).toEqual([512, 256]);
  for (const leave of one) leave();
  expect(takeAll(places, 'other').length).toBe(256);
});

test('who has none gets one though all are taken', () => {
  const places = new ConnectionPlaces(undefined);
  for (let session = 0; session < 20; session += 1) takeAll(places, `early ${String(session)}`);
  expect([takeAll(places, 'late').length, takeAll(places, 'early 0').length]).toEqual([1, 0]);
});

test('there is an end to that as well', () => {
  const places = new ConnectionPlaces(undefined);
  let all = 0;
  for (let session = 0; session < 1000; session += 1) all += takeAll(places, String(session)).length;
  expect(all).toBe(MAX_PROXY_CONNECTIONS + 64);
});
