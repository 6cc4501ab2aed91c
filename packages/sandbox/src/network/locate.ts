import { createSocket } from 'node:dgram';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { FairTurns } from '../files/fair-turns.js';
import { TimeSlices } from '../files/time-slices.js';
import { MAX_ROUTE_TABLE_BYTES } from '../limits.js';
import { canonicalHost } from './canonical-host.js';
import { hasLocalRoute, type LocalRoutes, readLocalRoutes } from './local-routes.js';
import { isLoopbackAddress } from './public-address.js';

/** Where an address is, seen from this machine; `nowhere` when there is no way to it. */
export type Place = 'here' | 'elsewhere' | 'nowhere';

/** What this machine says of addresses, which are canonical. None of it fails. */
export interface AddressFacts {
  /** Those of its interfaces. */
  interfaces(): readonly string[];
  /** The address from which it would speak to another one; undefined when there is no way. */
  sourceTowards(address: string): Promise<string | undefined>;
  /** Whether a program could listen at it, though that was not allowed for addresses of others. */
  mayListenAt(address: string): Promise<boolean>;
  routes(): Promise<LocalRoutes>;
}

/**
 * Tells whether an address, in canonical form, is one of this machine. No single fact does: the list of interfaces leaves
 * out those without a carrier; towards itself a machine speaks from the very address that it speaks to, but not towards
 * a second one in the same subnet, nor where a route alone makes an address its own; at such nobody may listen with IPv6.
 */
export function locatorWith(facts: AddressFacts): (address: string) => Promise<Place> {
  return async (address) => {
    if (isLoopbackAddress(address) || facts.interfaces().includes(address)) return 'here';
    const source = await facts.sourceTowards(address);
    if (source === undefined) return 'nowhere';
    if (source === address || isLoopbackAddress(source) || (await facts.mayListenAt(address))) return 'here';
    return isIPv6(address) && hasLocalRoute(await facts.routes(), address) ? 'here' : 'elsewhere';
  };
}

/** Any port: nothing is sent to it. */
const SOME_PORT = 9;

/** What this machine says from now on: what it lists, and how it is set, is read once. */
function factsOfNow(): AddressFacts {
  const interfaces = once(listInterfaces);
  const routes = once(async () => readLocalRoutes(await routeTable()));
  const everyAddressIsFree = {
    ipv4: once(() => isEveryAddressFree('ipv4')),
    ipv6: once(() => isEveryAddressFree('ipv6')),
  };
  return {
    interfaces,
    routes,
    sourceTowards: async (address) => {
      const source = await withSocket(address, (socket, done) => socket.connect(SOME_PORT, address, done));
      return source === undefined ? undefined : canonicalHost(source)?.host;
    },
    mayListenAt: async (address) => {
      if (await everyAddressIsFree[isIPv6(address) ? 'ipv6' : 'ipv4']()) return false;
      const bound = await withSocket(address, (socket, done) =>
        socket.bind({ address, port: 0, exclusive: true }, done),
      );
      return bound !== undefined;
    },
  };
}

/**
 * Where connections to addresses, in canonical form, would lead, as this machine is now. Others have the event loop meanwhile.
 * @param signal Ends it.
 * @param facts What this machine says; default what it does say.
 * @throws The reason of the signal, and nothing else.
 */
export async function locate(
  addresses: readonly string[],
  signal?: AbortSignal,
  facts: AddressFacts = factsOfNow(),
): Promise<ReadonlyMap<string, Place>> {
  const slices = new TimeSlices({ now: () => performance.now(), turn: (had) => turns.next(had) });
  const locateOne = locatorWith(facts);
  const places = new Map<string, Place>();
  for (const address of new Set(addresses)) {
    if (slices.isOver) await slices.next();
    signal?.throwIfAborted();
    places.set(address, await locateOne(address));
  }
  return places;
}

/** All lists of this program share them. */
const turns = new FairTurns();

function listInterfaces(): readonly string[] {
  return Object.values(networkInterfaces())
    .flat()
    .flatMap((entry) => canonicalHost(entry?.address ?? '')?.host ?? []);
}

async function routeTable(): Promise<string> {
  const table = createReadStream('/proc/net/ipv6_route', { end: MAX_ROUTE_TABLE_BYTES - 1 });
  return await text(table).catch(() => '');
}

/** What a socket is called once it is what it was asked to be; undefined where that fails. */
function withSocket(
  address: string,
  ask: (socket: ReturnType<typeof createSocket>, done: (error?: Error) => void) => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const settle = (name: string | undefined): void => {
      socket.close();
      resolve(name);
    };
    socket.once('error', () => settle(undefined));
    ask(socket, (error) => settle(error === undefined ? socket.address().address : undefined));
  });
}

/** Whether programs may listen at addresses of other machines, so that it says nothing that one can. */
async function isEveryAddressFree(family: 'ipv4' | 'ipv6'): Promise<boolean> {
  const setting = await readFile(`/proc/sys/net/${family}/ip_nonlocal_bind`, 'utf8').catch(() => '0');
  return setting.trim() !== '0';
}

/** What `ask` answers the first time. */
function once<T>(ask: () => T): () => T {
  let known: { readonly answer: T } | undefined;
  return () => (known ??= { answer: ask() }).answer;
}
