import { isIPv6 } from 'node:net';

/** Of a route that ends at this machine itself, and of one that is in use. */
const RTF_LOCAL = 0x8000_0000;
const RTF_UP = 0x1;

const GROUP_BITS = 16;

/**
 * Whether a route for IPv6 has this machine take an address for its own, which it does not need an interface for.
 * @param table As in `/proc/net/ipv6_route`.
 * @param address Canonical.
 */
export function hasLocalRoute(table: string, address: string): boolean {
  const wanted = bitsOf(groupsOf(address));
  return table.split('\n').some((line) => {
    const [destination = '', length = '', , , , , , , flags = ''] = line.trim().split(/\s+/);
    const isLocal = (Number.parseInt(flags, 16) & (RTF_LOCAL | RTF_UP)) === (RTF_LOCAL | RTF_UP);
    const prefix = bitsOf(destination.match(/.{4}/g) ?? []).slice(0, Number.parseInt(length, 16));
    return isLocal && prefix !== '' && wanted.startsWith(prefix);
  });
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
