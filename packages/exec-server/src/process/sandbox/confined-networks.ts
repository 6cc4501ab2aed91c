import {
  type HostFacts,
  MAX_CELLS_STARTING,
  type ManagedNetwork,
  openManagedNetwork,
  type SetUp,
} from '@holdfast/sandbox';
import type { Logger } from '../../logger.js';
import type { NetworkOrder } from './network-order.js';
import { RefusalLog } from './refusal-log.js';
import { Turns } from './turns.js';

/** The managed network of one process. */
export interface ConfinedNetwork {
  readonly managed: ManagedNetwork;
  /** Whether the process has asked for something that it did not get. */
  readonly wasRefused: boolean;
  /** Ends it; may be called twice. */
  close(): void;
}

/** Makes a network for each process that gets one: never shared, so that nobody can ask in the name of another. */
export class ConfinedNetworks {
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #turns = new Turns(MAX_CELLS_STARTING);

  constructor(logger: Pick<Logger, 'warn'>) {
    this.#logger = logger;
  }

  /**
   * @param process Names it in the log.
   * @throws ExecError `sandboxUnsupported` when this machine cannot make one; as `setUp.check`.
   */
  async open(
    order: NetworkOrder | undefined,
    bwrap: HostFacts['bwrap'],
    { process, setUp }: { readonly process: string; readonly setUp: SetUp },
  ): Promise<ConfinedNetwork | undefined> {
    if (order === undefined || !bwrap.works) return undefined;
    const { intent, decide } = order;
    const refusals = new RefusalLog(this.#logger, process);
    let wasRefused = false;
    let isClosed = false;
    setUp.begin('making its network');
    const managed = await this.#turns.take(setUp.signal, () =>
      openManagedNetwork({
        signal: setUp.signal,
        bwrap: bwrap.program,
        rules: intent.rules,
        proxy: intent.proxy,
        decide,
        onDecision: (decision) => {
          order.onDecision(decision);
          if (decision.decision === 'allow') return;
          refusals.add(decision);
          // What was no request at all says nothing about what the process was after.
          wasRefused ||= decision.reason !== 'malformed';
        },
        onFault: (error) => refusals.addFault(error),
      }),
    );
    return {
      managed,
      get wasRefused() {
        return wasRefused;
      },
      close() {
        if (isClosed) return;
        isClosed = true;
        managed.close();
        refusals.end();
      },
    };
  }
}
