import { ExecError } from '@holdfast/exec-protocol';
import {
  type Aside,
  ceilingSource,
  createSearches,
  type FileFacts,
  findAppeared,
  type NetworkIntent,
  type OperatorCeiling,
  openLaunch,
  PlaceholderStore,
  parseIntent,
  placeholderFolder,
  planSandbox,
  readHostFacts,
  type SandboxIntent,
  type SandboxPlan,
  type SetUp,
  SteadyPlan,
} from '@holdfast/sandbox';
import {
  accessTo,
  hasMountsOf,
  replaceableIn,
  reportSandbox,
  unreadableByLink,
} from '@holdfast/sandbox/internal';
import type { Party } from '../../fair-places.js';
import type { Logger } from '../../logger.js';
import type { Environment } from '../environment.js';
import { COOKIE_VARIABLE } from '../guardian/cookie.js';
import { runnableCandidates } from '../spawn/check-program.js';
import type { ChildSpec, Confinement } from '../spawn/child.js';
import { type AftermathHost, aftermathOf } from './aftermath.js';
import { type ConfinedNetwork, ConfinedNetworks } from './confined-networks.js';
import type { ConfinedPlan, Planned } from './confined-plan.js';
import { GapLog } from './gap-log.js';
import { JudgeTurns } from './judge-turns.js';
import { KeptPlans } from './kept-plans.js';
import type { NetworkOrder } from './network-order.js';
import { confineOrInherit } from './outer-sandbox.js';
import type { OwnPaths } from './own-paths.js';
import { PlanTurns } from './plan-turns.js';
import type { Sandbox } from './sandbox.js';

/** How a program of ours is confined. */
export interface HelperSandbox {
  /** @param setUp Of the start. */
  readonly confinement: (setUp: SetUp) => Confinement;
  /** Equal for two sandboxes that are planned to show the same files and to allow the same. */
  readonly key: string;
  /** Whether the mounts that one sees are all that were planned. @param mountTable What the kernel tells of them. */
  isWhole(mountTable: string): boolean;
}

/** A command to be confined. */
interface ConfinedCommand {
  readonly intent: SandboxIntent;
  /** The managed network that it gets; undefined where the intent alone decides about its network. */
  readonly network: NetworkOrder | undefined;
  readonly child: ChildSpec;
  readonly hasTerminal: boolean;
  /** Names the process in the log. */
  readonly process: string;
  /** Who asks; sessions have their turns. */
  readonly party: Party;
  /** Whoever began it ends it. */
  readonly setUp: SetUp;
}

/** A program of ours to be confined, whose words are files that it needs. */
interface ConfinedHelper {
  readonly intent: SandboxIntent;
  /** Who asks; sessions have their turns. */
  readonly party: Party;
  readonly child: ChildSpec;
  /** Whoever began it ends it. */
  readonly setUp: SetUp;
}

/** Confines commands of this executor. */
export interface Sandboxes {
  /** What the operator allows at most; undefined where peers decide alone. */
  readonly ceiling: OperatorCeiling | undefined;
  /**
   * How a child is confined. Looks at files, and makes the network that the child gets.
   * @throws ExecError `sandboxUnsupported` for what this executor cannot enforce; `limitExceeded` where too many of the session
   *   wait; SpawnError when there is nothing to run;
   *   as `setUp.check`. Nothing is left then.
   */
  confine(command: ConfinedCommand): Promise<Sandbox>;
  /**
   * The same for a program of ours, which only looks at what every sandbox has for itself. Its confinement has no set-up yet,
   * for it may not be needed.
   * @throws ExecError `sandboxUnsupported` also where what is inside could replace the program.
   */
  confineHelper(helper: ConfinedHelper): Promise<HelperSandbox>;
}

/** What sandboxes need to know of the executor. */
export interface SandboxHost {
  /** The executor's own. */
  readonly env: Environment;
  readonly ceiling: OperatorCeiling | undefined;
  /** Whether commands have the sandbox around this server where there can be no other; default they are refused. */
  readonly inheritsOuter?: boolean | undefined;
  readonly logger: Pick<Logger, 'debug' | 'warn'>;
  /** What of the server no sandbox may see. */
  readonly ownPaths: Pick<OwnPaths, 'secured'>;
}

/**
 * What a request is confined by; undefined where neither it nor an operator asks for anything.
 * @param sandbox As a client sent it.
 * @param network The managed network that it asks for.
 * @throws ExecError `sandboxUnsupported` for an intent that is not understood.
 */
export function intentOf(
  sandbox: Readonly<Record<string, unknown>> | null | undefined,
  ceiling: OperatorCeiling | undefined,
  network?: NetworkIntent,
): SandboxIntent | undefined {
  const intent = sandbox == null ? UNCONFINED : parseIntent(sandbox);
  const asksForNothing = intent.permissions.type === 'disabled' && network === undefined;
  return ceiling === undefined && asksForNothing ? undefined : intent;
}

const UNCONFINED = parseIntent({ permissions: { type: 'disabled' }, windowsSandboxLevel: 'disabled' });

/** The sandboxes of this machine. Nothing is looked at, and nothing made, before the first one. */
export function createSandboxes(
  { env, ceiling, inheritsOuter = false, logger, ownPaths }: SandboxHost,
  readFacts = readHostFacts,
  find = findAppeared,
): Sandboxes {
  let store: PlaceholderStore | undefined;
  const searches = createSearches();
  const gaps = new GapLog(logger);
  const networks = new ConfinedNetworks(logger);
  const turns = new PlanTurns();
  const aftermath = { plans: new KeptPlans(), judgements: new JudgeTurns(), logger, find };
  const planNow = async (
    { intent, network, child, hasTerminal, sealsKernelTrees, setUp }: CommandToPlan,
    problemOf: ProblemOf,
    aside: Aside,
  ): Promise<Planned> => {
    const sinceMs = Date.now();
    store ??= openStore(logger);
    const held = store;
    const memory = { store: held, searches, ownPaths: ownPaths.secured() };
    const host = await readFacts(child, env, memory, setUp);
    const own = ceilingSource(ceiling, { ...host.roots, cwd: '/', tmpdir: env['TMPDIR'] });
    const command = { ...commandOf(child), hasTerminal, sealsKernelTrees };
    const plan = await planSandbox(intent, command, host, own, {
      hosts: network?.intent.rules,
      setUp,
      aside,
    });
    const problem = problemOf(plan, host.files);
    if (problem !== undefined) throw new ExecError('sandboxUnsupported', problem);
    gaps.tell(plan.gaps);
    if (plan.narrowed.length > 0) logger.debug({ narrowed: plan.narrowed }, 'a sandbox was narrowed');
    return { plan, host, sinceMs, store: held };
  };
  const planFor = (asked: CommandToPlan, problemOf: ProblemOf): Promise<Planned> =>
    turns.take(asked.party, asked.setUp, (aside) => planNow(asked, problemOf, aside));
  const confineAlone = async (asked: ConfinedCommand): Promise<Sandbox> => {
    const candidates = runnableCandidates(asked.child);
    const planned = await SteadyPlan.make<Planned, ConfinedNetwork>({
      setUp: asked.setUp,
      makePlan: () => planFor(asked, (plan, files) => problemOfCommand(candidates, plan, files)),
      openNetwork: ({ plan }) => networks.open(asked.network, plan.bwrap, asked),
    });
    return sandboxOf(planned, asked, aftermath);
  };
  return {
    ceiling,
    async confine(asked) {
      return await confineOrInherit({ isInherited: inheritsOuter, logger }, asked, () => confineAlone(asked));
    },
    async confineHelper({ child, ...asked }) {
      const command = { ...asked, child, network: undefined, hasTerminal: false, sealsKernelTrees: true };
      const { plan, store: held } = await planFor(command, ({ policy }, files) =>
        problemOfHelper(child.argv[0] ?? '', policy, files),
      );
      return helperSandboxOf(plan, held);
    },
  };
}

function helperSandboxOf({ launch, mounts }: SandboxPlan, store: PlaceholderStore): HelperSandbox {
  return {
    confinement: (setUp) => ({ open: () => openLaunch(launch, store, { setUp }), setUp }),
    key: JSON.stringify([mounts, launch.argv]),
    isWhole: (mountTable) => hasMountsOf(mounts.steps, mountTable),
  };
}

function sandboxOf(
  planned: ConfinedPlan,
  { child: { cwd }, process, party, setUp }: ConfinedCommand,
  host: AftermathHost,
): Sandbox {
  return {
    start: async (attempt) => {
      const started = await planned.start((open) => attempt({ open, setUp }));
      const { latest, network } = planned;
      return {
        started,
        report: reportSandbox(latest.plan),
        aftermath: aftermathOf(latest, { cwd, process, party, network }, host),
      };
    },
  };
}

/** Why a plan does not do; undefined where it does. */
type ProblemOf = (plan: SandboxPlan, files: FileFacts) => string | undefined;

interface CommandToPlan extends Omit<ConfinedCommand, 'process'> {
  /** As of a `SandboxedCommand`. */
  readonly sealsKernelTrees?: boolean | undefined;
}

function problemOfCommand(
  candidates: readonly string[],
  { policy, decisions }: SandboxPlan,
  files: FileFacts,
): string | undefined {
  if (candidates.some((file) => isShown(file, policy, files))) return undefined;
  const [file = ''] = candidates;
  const why = unreadableByLink(file, decisions, files);
  return `argv.0: ${file} cannot be read in the sandbox${why === undefined ? '; allow it, or the special path "minimal"' : `, ${why}`}`;
}

function openStore(logger: Pick<Logger, 'warn'>): PlaceholderStore {
  const folder = placeholderFolder(process.getuid?.() ?? 0);
  return new PlaceholderStore(folder, (problem) =>
    logger.warn({ problem }, 'a record of sandboxes is not believed'),
  );
}

function commandOf({ argv, arg0, cwd, cwdBytes, env }: ChildSpec): Parameters<typeof planSandbox>[1] {
  if (cwdBytes !== undefined) {
    throw new ExecError(
      'sandboxUnsupported',
      'cwd: a directory whose name is not UTF-8 cannot be named to the sandbox; start the command somewhere else',
    );
  }
  const [program = '', ...args] = argv;
  const mark = env[COOKIE_VARIABLE];
  return {
    argv: [program, ...args],
    arg0,
    cwd,
    env,
    wrapperEnv: mark === undefined ? {} : { [COOKIE_VARIABLE]: mark },
  };
}

/** What the sandbox does not show cannot be run in it; a complaint of the wrapper would say less, and later. */
function isShown(file: string, policy: SandboxPlan['policy'], files: FileFacts): boolean {
  return (accessTo(file, policy, files) ?? 'deny') !== 'deny';
}

function problemOfHelper(
  program: string,
  policy: SandboxPlan['policy'],
  files: FileFacts,
): string | undefined {
  const what = `sandbox: what carries out file requests, ${program},`;
  // Whoever replaces it has it run in every sandbox for which it is started next.
  if (replaceableIn(policy, files)(program))
    return `${what} could be replaced in it; install it outside of what may be written`;
  if (isShown(program, policy, files)) return undefined;
  return `${what} cannot be read in it; allow that, or start a process that does the same`;
}
