import { createHook } from 'node:async_hooks';
import { execFile, spawnSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { canonicalHost } from './canonical-host.js';
import { readLocalRoutes } from './local-routes.js';
import { type AddressFacts, locate, locatorWith, type Place } from './locate.js';

const DEADLINE_MS = 60_000;

/** Without addresses that mean nothing unless an interface is named beside them. */
const OWN = Object.values(networkInterfaces())
  .flat()
  .flatMap((entry) =>
    entry === undefined || entry.scopeid ? [] : (canonicalHost(entry.address)?.host ?? []),
  );

test('every address of an interface is here, and so is whatever leads to the loopback', async () => {
  const addresses = [...OWN, '127.0.0.1', '127.1.2.3', '0.0.0.0'];
  expect([...(await locate(addresses)).values()]).toEqual([...new Set(addresses)].map(() => 'here'));
});

test('an address that is reserved for documents, and one that no connection leads to, are not', async () => {
  const places = [...(await locate(['198.51.100.7', '255.255.255.255'])).values()];
  expect(places.map((place) => place === 'here')).toEqual([false, false]);
});

const ELSEWHERE: AddressFacts = {
  interfaces: () => ['10.0.0.1'],
  sourceTowards: () => Promise.resolve('10.0.0.1'),
  mayListenAt: () => Promise.resolve(false),
  routes: () => Promise.resolve(new Set()),
};

const ROUTED = `2a000002${'0'.repeat(24)} 40 ${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00000400 00000001 00000000 80000001 lo`;

test.each<[string, string, Partial<AddressFacts>, Place]>([
  ['that nothing says to be of this machine', '10.0.0.2', {}, 'elsewhere'],
  [
    'of an interface, though it would speak from another one',
    '10.0.0.2',
    { interfaces: () => ['10.0.0.2'] },
    'here',
  ],
  [
    'that would be spoken to from itself',
    '10.0.0.2',
    { sourceTowards: () => Promise.resolve('10.0.0.2') },
    'here',
  ],
  [
    'that would be spoken to from the loopback',
    '10.0.0.2',
    { sourceTowards: () => Promise.resolve('127.0.0.1') },
    'here',
  ],
  ['without a way to it', '10.0.0.2', { sourceTowards: () => Promise.resolve(undefined) }, 'nowhere'],
  [
    'of an interface without a way to it',
    '10.0.0.1',
    { sourceTowards: () => Promise.resolve(undefined) },
    'here',
  ],
  ['at which programs may listen', '10.0.0.2', { mayListenAt: () => Promise.resolve(true) }, 'here'],
  [
    'that a route makes one of this machine',
    '2a00:2::7',
    { routes: () => Promise.resolve(readLocalRoutes(ROUTED)) },
    'here',
  ],
  [
    'that a route leads away to',
    '2a00:3::7',
    { routes: () => Promise.resolve(readLocalRoutes(ROUTED)) },
    'elsewhere',
  ],
])('an address %s', async (_, address, facts, place) => {
  expect(await locatorWith({ ...ELSEWHERE, ...facts })(address)).toBe(place);
});

/** Many, none of them of this machine. */
const MANY = Array.from({ length: 1024 }, (_, at) => `2001:db8::${(at + 1).toString(16)}`);

/** How many requests for files are made while a list is located. */
async function fileRequestsFor(addresses: readonly string[]): Promise<number> {
  let count = 0;
  const watch = createHook({ init: (_id, type) => void (count += type.startsWith('FSREQ') ? 1 : 0) });
  watch.enable();
  await locate(addresses);
  watch.disable();
  return count;
}

test('what this machine lists is read once, however many addresses are asked about', async () => {
  const few = await fileRequestsFor(['198.51.100.7', '2001:db8::7']);
  expect([few > 0, await fileRequestsFor(['198.51.100.7', ...MANY])]).toEqual([true, few]);
});

test('who asks about many keeps nobody else waiting', async () => {
  const mayListenAt = (): Promise<boolean> => {
    for (const end = performance.now() + 1; performance.now() < end; );
    return Promise.resolve(false);
  };
  let turns = 0;
  const others = setInterval(() => (turns += 1), 0);
  await locate(MANY.slice(0, 64), undefined, { ...ELSEWHERE, mayListenAt });
  clearInterval(others);
  expect(turns).toBeGreaterThan(10);
});

test('nothing more is asked when it is called off', async () => {
  const calledOff = new AbortController();
  const asked: string[] = [];
  const sourceTowards = (address: string): Promise<undefined> => {
    asked.push(address);
    if (asked.length === 2) calledOff.abort(new Error('called off'));
    return Promise.resolve(undefined);
  };
  const located = locate(MANY, calledOff.signal, { ...ELSEWHERE, sourceTowards });
  await expect(located).rejects.toThrow(new Error('called off'));
  expect(asked).toEqual(MANY.slice(0, 2));
});

const NETWORK = [
  'ip link set lo up',
  // The second one is reached from the first one.
  'ip addr add 93.184.216.34/24 dev lo',
  'ip addr add 93.184.216.35/24 dev lo',
  'ip route add local 93.184.217.0/24 dev lo src 93.184.216.34',
  'ip route add default dev lo',
];

const NETWORK_IPV6 = [
  'ip -6 addr add 2a00:1::1/64 dev lo nodad',
  'ip -6 addr add 2a00:1::2/64 dev lo nodad',
  'ip -6 route add local 2a00:2::/64 dev lo',
];

function canBeMade(network: readonly string[]): boolean {
  return spawnSync('unshare', ['-rn', 'sh', '-c', network.join(' && ')]).status === 0;
}

/** Locates addresses in a network of its own. */
async function placesIn(network: readonly string[], addresses: readonly string[]): Promise<unknown> {
  const program = `
    import { locate } from ${JSON.stringify(path.join(import.meta.dirname, 'locate.ts'))};
    console.log(JSON.stringify([...(await locate(process.argv.slice(1))).values()]));
  `;
  const node = [process.execPath, '--import', import.meta.resolve('tsx'), '--conditions=source'];
  const { stdout } = await promisify(execFile)(
    'unshare',
    [
      ...['-rn', 'sh', '-c', [...network, 'exec "$@"'].join(' && '), 'sh', ...node],
      ...['--input-type=module', '-e', program, '--', ...addresses],
    ],
    { env: { ...process.env, TSX_DISABLE_CACHE: '1' } },
  );
  return JSON.parse(stdout);
}

// Needs `ip` and `unshare`, and a machine on which user namespaces may be made.
test.skipIf(!canBeMade(NETWORK))(
  'a second address of an interface is here, and so is one that a route alone makes so',
  async () => {
    const addresses = ['93.184.216.34', '93.184.216.35', '93.184.217.7', '93.184.218.1'];
    expect(await placesIn(NETWORK, addresses)).toEqual(['here', 'here', 'here', 'elsewhere']);
  },
  DEADLINE_MS,
);

test.skipIf(!canBeMade([...NETWORK, ...NETWORK_IPV6]))(
  'the same with IPv6',
  async () => {
    const addresses = ['2a00:1::1', '2a00:1::2', '2a00:2::7', '2a00:1::3'];
    const places = await placesIn([...NETWORK, ...NETWORK_IPV6], addresses);
    expect(places).toEqual(['here', 'here', 'here', 'elsewhere']);
  },
  DEADLINE_MS,
);
