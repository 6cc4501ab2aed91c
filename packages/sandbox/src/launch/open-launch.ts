import { ExecError } from '@holdfast/exec-protocol';
import { FIRST_DESCRIPTOR, type LaunchPlan } from '../linux/launch-plan.js';
import type { ManagedNetwork } from '../network/managed-network.js';
import { handOver } from './hand-over.js';
import { type HeldDescriptors, holdDescriptors } from './hold-descriptors.js';
import type { HeldPlaceholders, PlaceholderStore } from './placeholder-store.js';
import type { SetUp } from './set-up.js';
import { type WatchedProcess, WrapperWatch } from './wrapper-watch.js';

/** A plan that is ready to be started: with everything open that it names, and in place what it needs. */
export interface OpenLaunch {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What follows the standard three in `stdio` of `spawn`. */
  readonly stdio: readonly (number | 'pipe')[];
  /** Whether the command gets the standard error of this program, and that of the wrapper is for its own complaints. */
  readonly hasOwnErrors: boolean;
  /** To be called at once when `spawn` has returned: hands over what the wrapper waits for. */
  watch(child: WatchedProcess): WrapperWatch;
  /** To be called when its `WrapperWatch` says that all is gone, or when it was never started. May be called twice. Holds nothing of the plan. */
  readonly ended: () => void;
}

/** What a launch may be given. */
export interface LaunchOptions {
  /** For a plan that needs a managed one; it must stay open while the command runs. */
  readonly network?: Pick<ManagedNetwork, 'entrance' | 'environment'> | undefined;
  /** What this is a part of; default nothing, so that the wait for other sandboxes has a limit of its own. */
  readonly setUp?: SetUp;
}

/**
 * Opens what a plan needs. Start it from the main thread only: the sandbox ends with the thread that started it.
 * @throws StalePlan when the file system has changed since the plan was made; as `setUp.check`.
 */
export async function openLaunch(
  plan: LaunchPlan,
  store: PlaceholderStore,
  { network, setUp }: LaunchOptions = {},
): Promise<OpenLaunch> {
  if (plan.needsManagedNetwork !== (network !== undefined)) {
    throw new ExecError('sandboxUnsupported', 'sandbox: the network is not the one that was planned');
  }
  setUp?.begin('waiting for other sandboxes to end');
  const placeholders = await store.hold(plan.cleanup, setUp?.signal);
  try {
    setUp?.check();
    const held = holdDescriptors(plan.descriptors, FIRST_DESCRIPTOR, placeholders.made);
    const [program, ...args] =
      network === undefined ? plan.argv : ([...network.entrance, ...plan.argv] as const);
    const variables = environmentOf(plan);
    const words = Object.entries(network?.environment(variables) ?? variables).flatMap(setenv);
    return {
      program,
      args,
      env: plan.env,
      stdio: held.stdio,
      hasOwnErrors: plan.descriptors.some(({ kind }) => kind === 'errors'),
      watch: (child) => {
        held.close();
        handOver(child.stdio, held.pipes.filter, filterOf(plan));
        return new WrapperWatch(child, held.pipes, {
          environment: words,
          mounts: plan.mounts,
          opening: plan.opening,
          cwd: plan.heldCwd,
        });
      },
      ended: endOf(held, placeholders),
    };
  } catch (error) {
    placeholders.release();
    throw error;
  }
}

/** Made apart: what is made beside it would keep the plan for as long as the sandbox runs. */
function endOf(held: HeldDescriptors, placeholders: HeldPlaceholders): () => void {
  return () => {
    held.close();
    placeholders.release();
  };
}

function environmentOf({ descriptors }: LaunchPlan): Readonly<Record<string, string>> {
  const [variables = {}] = descriptors.flatMap((one) => (one.kind === 'environment' ? [one.variables] : []));
  return variables;
}

function filterOf({ descriptors }: LaunchPlan): Uint8Array {
  const filter = descriptors.find((one) => one.kind === 'filter');
  if (filter === undefined) throw new Error('a launch is planned with a filter');
  return filter.program;
}

function setenv([name, value]: readonly [string, string]): readonly string[] {
  return ['--setenv', name, value];
}
