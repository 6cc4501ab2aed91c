import { BlockList, isIPv4 } from 'node:net';

// Blocks that the registries of special-purpose addresses list as not reachable from everywhere, and the addresses
// at which clouds hand out credentials.
const NOT_PUBLIC_IPV4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...[
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.31.196.0/24',
    '192.52.193.0/24',
    '192.88.99.0/24',
    '192.168.0.0/16',
  ],
  ...['192.175.48.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  '168.63.129.16/32',
];

// Only this block is handed out. Among its parts, some carry an IPv4 address that nobody would have checked.
const GLOBAL_IPV6 = '2000::/3';
const NOT_PUBLIC_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

const notPublic = blockList([...NOT_PUBLIC_IPV4, ...NOT_PUBLIC_IPV6]);
const globalIPv6 = blockList([GLOBAL_IPV6]);

/** Whether an address, in canonical form, belongs to a machine of the public network. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !notPublic.check(address, 'ipv4');
  return globalIPv6.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');
}

/** Whether an address leads to the loopback of this machine, as those do that stand for no address at all. */
export function isLoopbackAddress(address: string): boolean {
  return LOOPBACK.includes(address) || (isIPv4(address) && address.startsWith('127.'));
}

const LOOPBACK: readonly string[] = ['::1', '::', '0.0.0.0'];

function blockList(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [network = '', bits = ''] = block.split('/');
    list.addSubnet(network, Number(bits), isIPv4(network) ? 'ipv4' : 'ipv6');
  }
  return list;
}
