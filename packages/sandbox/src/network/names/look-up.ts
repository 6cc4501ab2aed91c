import { Resolver } from 'node:dns/promises';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { MAX_HOST_TABLE_BYTES } from '../../limits.js';
import { keptHostTable } from './kept-host-table.js';
import { namesToTry } from './search-list.js';

/** Names that must not be asked for, though one that may be asked for can stand for them. */
export interface NameDenial {
  /** The same wherever the same names are covered. */
  readonly key: string;
  /** @param name As it would be asked for. */
  covers(name: string): boolean;
}

/** The addresses of a name, or what it might have stood for first, had that been asked for: nothing else was found. */
export type Found = readonly string[] | { readonly denied: string };

/**
 * Finds the addresses of a name; none where it has none, or none was found when the signal fired. It ends soon after that,
 * and whatever it has begun ends with it.
 */
export type LookUp = (name: string, signal: AbortSignal, denial?: NameDenial) => Promise<Found>;

/** Where names are found. */
export interface NameSources {
  /** The path of a table of hosts. */
  readonly hostTable: string;
  /** The path of what names the domains that are searched. */
  readonly configuration: string;
  /** Makes what asks servers, for one name. */
  readonly resolver: () => Pick<Resolver, 'resolve4' | 'resolve6' | 'cancel'>;
}

const SYSTEM: NameSources = {
  hostTable: '/etc/hosts',
  configuration: '/etc/resolv.conf',
  resolver: () => new Resolver(),
};

/**
 * Finds names in `/etc/hosts`, and else asks the servers of `/etc/resolv.conf`, along its search list.
 *
 * The system's own search (`getaddrinfo`) would know more, such as names of the local link or of a directory service. But it
 * cannot be stopped, and runs on the threads on which Node works with files, two of which may do it at a time: two names that
 * nobody answers for would keep every other name waiting, for half a minute and more. Questions to servers need no thread, and
 * end when nobody wants to know any more. A machine that finds names in other ways has a resolver on its loopback which brings them.
 */
export function systemLookUp({ hostTable, configuration, resolver }: NameSources = SYSTEM): LookUp {
  const table = keptHostTable({ version: () => versionOf(hostTable), text: () => textOf(hostTable) });
  return async (name, signal, denial) => {
    const listed = (await table()).get(name);
    if (listed !== undefined) return listed;
    let denied: string | undefined;
    for (const candidate of namesToTry(name, await textOf(configuration))) {
      if (signal.aborted) break;
      if (denial?.covers(candidate) === true) {
        denied ??= candidate;
        continue;
      }
      // One for each name: it knows the servers of now, and what it cancels is this search and no other.
      const found = await askServers(resolver(), candidate, signal);
      if (found.length > 0) return found;
    }
    return denied === undefined ? [] : { denied };
  };
}

/** IPv4 comes first: where both lead to a host, it does on more machines. */
async function askServers(
  resolver: ReturnType<NameSources['resolver']>,
  name: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** What tells one state of a file from the next. */
async function versionOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(unlessMissing(ABSENT));
  const { dev, ino, size, mtimeNs, ctimeNs } = found;
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}

const ABSENT = { dev: -1n, ino: -1n, size: -1n, mtimeNs: -1n, ctimeNs: -1n };

function textOf(path: string): Promise<string> {
  return text(createReadStream(path, { end: MAX_HOST_TABLE_BYTES - 1 })).catch(unlessMissing(''));
}

function unlessMissing<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return instead;
    throw error;
  };
}
