import type { LaunchPlan } from '../linux/launch-plan.js';
import type { ManagedNetwork } from '../network/managed-network.js';
import { type OpenLaunch, openLaunch } from './open-launch.js';
import type { PlaceholderStore } from './placeholder-store.js';
import type { SetUp } from './set-up.js';
import { untilSteady } from './until-steady.js';

/** A plan, and where its placeholders are recorded. */
export interface PlannedLaunch {
  readonly plan: { readonly launch: LaunchPlan };
  readonly store: PlaceholderStore;
}

/** The managed network of one command. */
export interface PlannedNetwork {
  readonly managed: Pick<ManagedNetwork, 'entrance' | 'environment'>;
  /** May be called twice. */
  close(): void;
}

/** How a command is planned. */
export interface Planning<P extends PlannedLaunch, N extends PlannedNetwork> {
  /** Whoever began it ends it. */
  readonly setUp: SetUp;
  makePlan(): Promise<P>;
  /** Makes the network that a plan asks for. */
  openNetwork(planned: P): Promise<N | undefined>;
}

/** The plan of a command and its network, both made anew while files change under them. */
export class SteadyPlan<P extends PlannedLaunch, N extends PlannedNetwork> {
  readonly #planning: Planning<P, N>;
  #latest: P;
  #network: N | undefined;

  private constructor(planning: Planning<P, N>, first: P, network: N | undefined) {
    this.#planning = planning;
    this.#latest = first;
    this.#network = network;
  }

  /** Makes the first of them. @throws As `makePlan`, `openNetwork` and `untilSteady`. */
  static async make<P extends PlannedLaunch, N extends PlannedNetwork>(
    planning: Planning<P, N>,
  ): Promise<SteadyPlan<P, N>> {
    const first = await untilSteady(planning.setUp, () => planning.makePlan());
    return new SteadyPlan(planning, first, await planning.openNetwork(first));
  }

  /** The one that the command is started by. */
  get latest(): P {
    return this.#latest;
  }

  /** Undefined where the latest plan asks for none. */
  get network(): N | undefined {
    return this.#network;
  }

  /**
   * Starts the command, and plans it anew as often as files have changed meanwhile. Its network ends with it, or with a start that
   * has failed.
   * @param attempt Is given what opens the latest plan. It leaves nothing behind where it fails, and the command has not run then.
   * @throws As `attempt`, `makePlan`, `openNetwork` and `untilSteady`.
   */
  async start<T>(attempt: (open: () => Promise<OpenLaunch>) => Promise<T>): Promise<T> {
    try {
      return await untilSteady(this.#planning.setUp, async (isAgain) => {
        if (isAgain) await this.#renew();
        return await attempt(() => this.#open());
      });
    } catch (error) {
      this.#network?.close();
      throw error;
    }
  }

  async #renew(): Promise<void> {
    // It may have ended with what was not started.
    this.#network?.close();
    this.#latest = await this.#planning.makePlan();
    this.#network = await this.#planning.openNetwork(this.#latest);
  }

  async #open(): Promise<OpenLaunch> {
    const network = this.#network;
    const { plan, store } = this.#latest;
    const opened = await openLaunch(plan.launch, store, {
      network: network?.managed,
      setUp: this.#planning.setUp,
    });
    const { ended } = opened;
    return {
      ...opened,
      ended: () => {
        ended();
        network?.close();
      },
    };
  }
}
