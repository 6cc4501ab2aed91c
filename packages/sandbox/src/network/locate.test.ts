import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { canonicalHost } from './canonical-host.js';
import { locate } from './locate.js';

/** Without addresses that mean nothing unless an interface is named beside them. */
const OWN = Object.values(networkInterfaces())
  .flat()
  .flatMap((entry) =>
    entry === undefined || entry.scopeid ? [] : (canonicalHost(entry.address)?.host ?? []),
  );

test('every address of an interface is here, and so is whatever leads to the loopback', async () => {
  const addresses = [...OWN, '127.0.0.1', '127.1.2.3', '0.0.0.0'];
  expect(await Promise.all(addresses.map(locate))).toEqual(addresses.map(() => 'here'));
});

test('an address that is reserved for documents, and one that no connection leads to, are not', async () => {
  const places = await Promise.all(['198.51.100.7', '255.255.255.255'].map(locate));
  expect(places.map((place) => place === 'here')).toEqual([false, false]);
});
