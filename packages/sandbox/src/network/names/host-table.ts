import { canonicalHost } from '../canonical-host.js';

/** The addresses of names that are known without asking anybody. */
export type HostTable = ReadonlyMap<string, readonly string[]>;

/** Reads a table of hosts as `/etc/hosts` has it: an address and its names in each line. Addresses come out canonical. */
export function parseHostTable(text: string): HostTable {
  const table = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const [written = '', ...names] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/);
    const address = canonicalHost(written);
    if (address?.isAddress !== true) continue;
    for (const name of names) {
      const key = name.toLowerCase().replace(/\.$/, '');
      table.set(key, [...(table.get(key) ?? []), address.host]);
    }
  }
  return table;
}
