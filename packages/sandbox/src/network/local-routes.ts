import { isIPv6 } from 'node:net';

/** Of a route that ends at this machine itself, and of one that is in use. */
const RTF_LOCAL = 0x8000_0000;
const RTF_UP = 0x1;

const GROUP_BITS = 16;

/** Networks for IPv6 that this machine takes for its own, for which it needs no interface: how their addresses begin, in bits. */
export type LocalRoutes = ReadonlySet<string>;

/** @param table As in `/proc/net/ipv6_route`. */
export function readLocalRoutes(table: string): LocalRoutes {
  const routes = new Set<string>();
  for (const line of table.split('\n')) {
    const [destination = '', length = '', , , , , , , flags = ''] = line.trim().split(/\s+/);
    if ((Number.parseInt(flags, 16) & (RTF_LOCAL | RTF_UP)) !== (RTF_LOCAL | RTF_UP)) continue;
    routes.add(bitsOf(destination.match(/.{4}/g) ?? []).slice(0, Number.parseInt(length, 16)));
  }
  routes.delete('');
  return routes;
}

/** Whether one of them has an address, which is canonical. */
export function hasLocalRoute(routes: LocalRoutes, address: string): boolean {
  const wanted = bitsOf(groupsOf(address));
  return Array.from(wanted, (_, at) => wanted.slice(0, at + 1)).some((prefix) => routes.has(prefix));
}

/** All eight, none of them left out. */
function groupsOf(address: string): readonly string[] {
  if (!isIPv6(address)) return [];
  const [before = [], after = []] = address
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after];
}

function bitsOf(groups: readonly string[]): string {
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(GROUP_BITS, '0')).join('');
}
