import { setImmediate as turn } from 'node:timers/promises';
import { MAX_ADDRESSES_PER_NAME } from '../../limits.js';
import { canonicalHost } from '../canonical-host.js';

/** The addresses of names that are known without asking anybody. */
export type HostTable = ReadonlyMap<string, readonly string[]>;

/** After so many, others have the event loop: tables of a hundred thousand lines are common. */
const ENTRIES_IN_ONE_GO = 1000;

/**
 * Reads a table of hosts as `/etc/hosts` has it: an address and its names in each line. Addresses come out canonical, each
 * once for a name, and so many of it as are tried.
 */
export async function parseHostTable(text: string): Promise<HostTable> {
  const table = new Map<string, string[]>();
  const canonical = new Map<string, string | undefined>();
  const addressOf = (written: string): string | undefined => {
    if (!canonical.has(written)) canonical.set(written, addressIn(written));
    return canonical.get(written);
  };
  let entries = 0;
  for (const line of text.split('\n')) {
    const [written = '', ...names] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/);
    for (const name of names) {
      entries += 1;
      if (entries % ENTRIES_IN_ONE_GO === 0) await turn();
      const address = addressOf(written);
      if (address !== undefined) add(table, name.toLowerCase().replace(/\.$/, ''), address);
    }
  }
  return table;
}

function addressIn(written: string): string | undefined {
  const found = canonicalHost(written);
  return found?.isAddress === true ? found.host : undefined;
}

function add(table: Map<string, string[]>, name: string, address: string): void {
  const known = table.get(name);
  if (known === undefined) table.set(name, [address]);
  else if (known.length < MAX_ADDRESSES_PER_NAME && !known.includes(address)) known.push(address);
}
