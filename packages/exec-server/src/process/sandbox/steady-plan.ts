import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import type { SandboxReport } from '@holdfast/exec-protocol';
import {
  type HostFacts,
  judgeDenial,
  type OpenLaunch,
  openLaunch,
  type PlaceholderStore,
  reportSandbox,
  type SandboxPlan,
  type SetUp,
  untilSteady,
} from '@holdfast/sandbox';
import { errorCode } from '../spawn/spawn-error.js';
import type { ConfinedNetwork } from './confined-networks.js';

/** A plan, and what it was made with. */
export interface Planned {
  readonly plan: SandboxPlan;
  readonly host: HostFacts;
  readonly store: PlaceholderStore;
}

/** Makes the network that a plan asks for. */
export type OpenNetwork = (planned: Planned) => Promise<ConfinedNetwork | undefined>;

/** The plan of a command and its network, both made anew while files change under them. */
export class SteadyPlan {
  readonly #setUp: SetUp;
  readonly #make: () => Promise<Planned>;
  readonly #openNetwork: OpenNetwork;
  #latest: Planned;
  #network: ConfinedNetwork | undefined;

  private constructor(
    setUp: SetUp,
    make: () => Promise<Planned>,
    openNetwork: OpenNetwork,
    first: Planned,
    network: ConfinedNetwork | undefined,
  ) {
    this.#setUp = setUp;
    this.#make = make;
    this.#openNetwork = openNetwork;
    this.#latest = first;
    this.#network = network;
  }

  /** Makes the first of them. @throws As `make` and `openNetwork`; StalePlan when files change all the time. */
  static async make(
    setUp: SetUp,
    make: () => Promise<Planned>,
    openNetwork: OpenNetwork,
  ): Promise<SteadyPlan> {
    const first = await untilSteady(setUp, make);
    return new SteadyPlan(setUp, make, openNetwork, first, await openNetwork(first));
  }

  /** What is less than was asked for. */
  get report(): SandboxReport {
    return reportSandbox(this.#latest.plan);
  }

  /** Opens what the latest plan names. @throws As `openLaunch`. */
  open(): Promise<OpenLaunch> {
    return openWith(this.#network, this.#latest, this.#setUp);
  }

  /** What its sandbox has denied a command that failed; undefined where it is not to blame. */
  judge(command: Omit<Parameters<typeof judgeDenial>[0], 'refusals'>): ReturnType<typeof judgeDenial> {
    const { plan, host } = this.#latest;
    const refusals = this.#network?.refusals ?? [];
    return judgeDenial({ ...command, refusals }, plan, host.files, mayWrite);
  }

  /** Makes it again, for what is there now. @throws As `make` and `openNetwork`. */
  async renew(): Promise<void> {
    // It may have ended with what was not started.
    this.discard();
    this.#latest = await this.#make();
    this.#network = await this.#openNetwork(this.#latest);
  }

  /** Closes the network of what was not started. */
  discard(): void {
    this.#network?.close();
  }
}

/** The network of a command ends with it, and with nothing else. */
async function openWith(
  network: ConfinedNetwork | undefined,
  { plan, store }: Planned,
  setUp: SetUp,
): Promise<OpenLaunch> {
  const opened = await openLaunch(plan.launch, store, { network: network?.managed, setUp });
  return {
    ...opened,
    ended: () => {
      opened.ended();
      network?.close();
    },
  };
}

/** What is not there yet can be made where its directory can be written. */
function mayWrite(file: string): boolean {
  const refusal = whyNotWritable(file);
  return refusal === 'ENOENT' ? whyNotWritable(path.dirname(file)) === undefined : refusal === undefined;
}

function whyNotWritable(file: string): string | undefined {
  try {
    accessSync(file, constants.W_OK);
    return undefined;
  } catch (error) {
    return errorCode(error) ?? 'unknown';
  }
}
