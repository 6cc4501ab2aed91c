import { MAX_DENIAL_FINDINGS } from '@holdfast/exec-protocol';
import {
  Lookups,
  type ManagedNetwork,
  type NetworkDecision,
  openManagedNetwork,
  Refusals,
  type SetUp,
} from '@holdfast/sandbox';
import type { Party } from '../../fair-places.js';
import type { Logger } from '../../logger.js';
import { ConnectionPlaces } from './connection-places.js';
import { descriptorLimit } from './descriptor-limit.js';
import type { NetworkOrder } from './network-order.js';
import { NetworkTurns } from './network-turns.js';
import { RefusalLog } from './refusal-log.js';

/** The managed network of one process. */
export interface ConfinedNetwork {
  readonly managed: ManagedNetwork;
  /** What the process has asked for and did not get, the newest first. */
  readonly refusals: readonly NetworkDecision[];
  /** Ends it; may be called twice. */
  close(): void;
}

/** Makes a network for each process that gets one: never shared, so that nobody can ask in the name of another. */
export class ConfinedNetworks {
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #turns = new NetworkTurns();
  readonly #lookups = new Lookups();
  readonly #connections = new ConnectionPlaces(descriptorLimit());

  constructor(logger: Pick<Logger, 'warn'>) {
    this.#logger = logger;
  }

  /**
   * @param bwrap The absolute path of bubblewrap.
   * @param process Names it in the log.
   * @param party Whose it is.
   * @throws ExecError `sandboxUnsupported` when this machine cannot make one; `noDescriptors` when this process has none left for
   *   it; as `NetworkTurns`.
   */
  async open(
    order: NetworkOrder | undefined,
    bwrap: string,
    { process, party, setUp }: { readonly process: string; readonly party: Party; readonly setUp: SetUp },
  ): Promise<ConfinedNetwork | undefined> {
    if (order === undefined) return undefined;
    const { intent, decide } = order;
    const log = new RefusalLog(this.#logger, process);
    const refusals = new Refusals(MAX_DENIAL_FINDINGS);
    let isClosed = false;
    const managed = await this.#turns.take(party, setUp, () =>
      openManagedNetwork({
        signal: setUp.signal,
        bwrap,
        rules: intent.rules,
        proxy: intent.proxy,
        decide,
        lookups: this.#lookups,
        takePlace: this.#connections.of(party),
        onDecision: (decision) => {
          order.onDecision(decision);
          if (decision.decision === 'allow') return;
          log.add(decision);
          refusals.add(decision);
        },
        onFault: (error) => log.addFault(error),
      }),
    );
    return {
      managed,
      get refusals() {
        return refusals.newest;
      },
      close() {
        if (isClosed) return;
        isClosed = true;
        managed.close();
        log.end();
      },
    };
  }
}
