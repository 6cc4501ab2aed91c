import {
  LOOKUP_TIMEOUT_MS,
  MAX_ADDRESSES_PER_NAME,
  MAX_LOOKUPS,
  MAX_LOOKUPS_PER_NETWORK,
  MAX_WAITING_LOOKUPS,
} from '../../limits.js';
import { type Found, type LookUp, type NameDenial, systemLookUp } from './look-up.js';
import { SharedLookup, type Sought } from './shared-lookup.js';

/** What a name stands for, or that its network has too many others to be found first. */
export type Resolution = Found | 'too_many_lookups';

/** Finds the names that one network asks for. */
export interface NetworkNames {
  /**
   * The addresses of a name; none where it has none, or none was found in time. Never fails.
   * @param signal Fires when whoever asks does not want to know any more.
   * @param denial What must not be asked for although the name stands for it; default nothing.
   */
  resolve(name: string, signal: AbortSignal, denial?: NameDenial): Promise<Resolution>;
}

/**
 * The lookups of all networks of one server. So many are under way at a time, for each network and for all; of those that
 * wait, the next is of the network that has the fewest. So whoever has many names that nobody answers for waits for
 * himself.
 */
export class Lookups {
  readonly #lookUp: LookUp;
  /** Those with names that wait; the one that got its turn last is the last. */
  readonly #waiting = new Set<NetworkLookups>();
  #underWay = 0;

  /** @param lookUp Finds one name; default as this machine finds it. */
  constructor(lookUp: LookUp = systemLookUp()) {
    this.#lookUp = lookUp;
  }

  /** A share in them, for one network. */
  share(): NetworkNames {
    const network: NetworkLookups = new NetworkLookups(() => {
      this.#waiting.add(network);
      this.#fill();
    });
    return network;
  }

  #fill(): void {
    while (this.#underWay < MAX_LOOKUPS) {
      const network = this.#next();
      const lookup = network?.take();
      if (network === undefined || lookup === undefined) return;
      this.#waiting.delete(network);
      if (network.isWaiting) this.#waiting.add(network);
      void this.#run(network, lookup);
    }
  }

  #next(): NetworkLookups | undefined {
    let next: NetworkLookups | undefined;
    for (const network of this.#waiting) {
      if (!network.isWaiting) this.#waiting.delete(network);
      else if (network.underWay < (next?.underWay ?? MAX_LOOKUPS_PER_NETWORK)) next = network;
    }
    return next;
  }

  async #run(network: NetworkLookups, lookup: SharedLookup): Promise<void> {
    this.#underWay += 1;
    const deadline = setTimeout(() => lookup.stop(), LOOKUP_TIMEOUT_MS);
    const found = await this.#lookUp(lookup.name, lookup.signal, lookup.denial).catch(() => []);
    clearTimeout(deadline);
    this.#underWay -= 1;
    network.end(lookup, 'denied' in found ? found : found.slice(0, MAX_ADDRESSES_PER_NAME));
    this.#fill();
  }
}

/** The names of one network that are looked up or wait for it, each once. */
class NetworkLookups implements NetworkNames {
  readonly #onWaiting: () => void;
  readonly #byKey = new Map<string, SharedLookup>();
  readonly #queue = new Set<SharedLookup>();
  #underWay = 0;

  constructor(onWaiting: () => void) {
    this.#onWaiting = onWaiting;
  }

  get underWay(): number {
    return this.#underWay;
  }

  get isWaiting(): boolean {
    return this.#queue.size > 0;
  }

  resolve(name: string, signal: AbortSignal, denial?: NameDenial): Promise<Resolution> {
    if (signal.aborted) return Promise.resolve([]);
    const key = keyOf({ name, denial });
    const known = this.#byKey.get(key);
    if (known !== undefined) return known.join(signal);
    if (this.#queue.size >= MAX_WAITING_LOOKUPS) return Promise.resolve('too_many_lookups');
    const lookup: SharedLookup = new SharedLookup({ name, denial }, () => this.#forget(lookup));
    this.#byKey.set(key, lookup);
    this.#queue.add(lookup);
    const found = lookup.join(signal);
    this.#onWaiting();
    return found;
  }

  /** The one that waits longest, which is under way now. */
  take(): SharedLookup | undefined {
    const [lookup] = this.#queue;
    if (lookup === undefined) return undefined;
    this.#queue.delete(lookup);
    this.#underWay += 1;
    return lookup;
  }

  end(lookup: SharedLookup, found: Found): void {
    this.#underWay -= 1;
    this.#forget(lookup);
    lookup.settle(found);
  }

  #forget(lookup: SharedLookup): void {
    this.#queue.delete(lookup);
    const key = keyOf(lookup);
    if (this.#byKey.get(key) === lookup) this.#byKey.delete(key);
  }
}

/** No name has a blank. */
function keyOf({ name, denial }: Sought): string {
  return `${name} ${denial?.key ?? ''}`;
}
