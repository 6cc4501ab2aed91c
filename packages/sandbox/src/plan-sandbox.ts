import {
  applyCeiling,
  type Ceiling,
  mayReplaceAt,
  type ScannedTrees,
  scanTargets,
} from './ceiling/ceiling.js';
import { HiddenPlaces } from './ceiling/hidden-places.js';
import { homeDirectories } from './ceiling/home-directories.js';
import type { CeilingSource } from './ceiling/operator-ceiling.js';
import type { FileFacts } from './files/file-facts.js';
import type { HostFacts } from './host-facts.js';
import { globScansOf, restrictedFilesOf } from './intent/glob-scans.js';
import { normalise, type Patterns, unrestricted } from './intent/normalise.js';
import type { SandboxIntent } from './intent/schema.js';
import { checked } from './launch/checked-files.js';
import { SetUp } from './launch/set-up.js';
import { planBwrap, type SandboxedCommand } from './linux/bwrap-plan.js';
import type { LaunchPlan } from './linux/launch-plan.js';
import { maskCrowds } from './linux/mask-crowds.js';
import { type MountPlan, planMounts } from './linux/plan-mounts.js';
import { sealedTrees } from './linux/sealed-trees.js';
import { filterFor } from './linux/seccomp/filter-for.js';
import type { Architecture } from './linux/seccomp/syscalls.js';
import type { MayReplace } from './machine/find-bwrap.js';
import {
  askMounts,
  type MountsAround,
  NOT_ASKED,
  starterFor,
  withMountGaps,
} from './machine/mounts-around.js';
import type { WorkingBwrap } from './machine/probe-bwrap.js';
import { matchAll, matchMost } from './match-patterns.js';
import { buriedDenials } from './mounts/buried-denials.js';
import { exposedMounts } from './mounts/exposed-mounts.js';
import { type Mount, mountsIn } from './mounts/mount-table.js';
import { type MovablePlaces, movablePlaces, withShut } from './mounts/movable-places.js';
import { coverSpellings, respelledFiles } from './mounts/other-spellings.js';
import { withoutUnasked } from './mounts/unasked-mounts.js';
import type { HostRules } from './network/host-rules.js';
import { planBeginning } from './plan-beginning.js';
import {
  architectureOf,
  notesOfBuried,
  notesOfExposed,
  notesOfMovable,
  notesOfOwnProgram,
  notesOfRespelled,
  refuseCoveredKernelMounts,
  refuseHostsBelow,
  refuseReplaceable,
  visibleDirectory,
} from './plan-refusals.js';
import { notesOfForeignGrants } from './policy/foreign-grants.js';
import { notesOfHardLinks } from './policy/hard-links.js';
import type { Narrowing } from './policy/intersect.js';
import type { MissingProgram } from './policy/missing-program.js';
import type { NormalisedPolicy, PathRule, PolicyNote } from './policy/path-rule.js';
import { refuse } from './refuse.js';
import type { RepositoryFinder } from './repositories/repository-scans.js';
import type { ScannedTree, ScanTarget } from './repositories/scan-tree.js';

/** Both phases of a sandbox: what it allows, and how that is enforced. */
export interface SandboxPlan {
  readonly policy: NormalisedPolicy;
  /** Who decided at each path that anybody named. */
  readonly decisions: readonly PathRule[];
  /** Whether the ceiling takes the network away that was asked for. */
  readonly isNetworkNarrowed: boolean;
  /** Where the ceiling allows less than was asked for. */
  readonly narrowed: readonly Narrowing[];
  /** What the ceiling should protect and cannot, in words. */
  readonly gaps: readonly string[];
  /** Which hosts the command may reach; undefined where the policy alone says what network it has. */
  readonly hosts: HostRules | undefined;
  readonly mounts: MountPlan;
  readonly launch: LaunchPlan;
  /** The absolute path of the bubblewrap that it uses. */
  readonly bwrap: string;
  /** Programs that git configs name, and that were not there. */
  readonly missingPrograms: readonly MissingProgram[];
  /** Where repositories were looked for, and what was there. */
  readonly searched: readonly SearchedRoot[];
  /** When it was complete, in milliseconds since 1970: what it was made from was there before its command. */
  readonly madeMs: number;
}

/** What is below something that may be written. */
export interface SearchedRoot {
  readonly target: ScanTarget;
  readonly tree: ScannedTree;
}

/** What else planning may be given. */
export interface PlanOptions {
  /** The command gets a managed network, from which only these can be reached, whatever the intent says of it. */
  readonly hosts?: HostRules | undefined;
  /** Bounds it, together with what comes before and after; default one for the plan alone. */
  readonly setUp?: SetUp;
  /** Carries out the one look through directories, which keeps the event loop for a moment at a time only; default just does. */
  readonly aside?: Aside;
}

/** Does something for which what is otherwise held is not needed. @throws What that throws, and why it cannot go on after it. */
export type Aside = <T>(look: () => Promise<T>) => Promise<T>;

/**
 * Turns an intent into what there is to start; one that asks for no confinement is held to the ceiling all the same.
 * It waits for looks at the directories that may be written and at what patterns match; after that, everything else is
 * looked at in one go.
 * @throws ExecError `sandboxUnsupported` when this executor cannot enforce the intent: it names the entry and the remedy;
 *   `sandboxNested` when it runs inside of a sandbox that can hold no other; `limitExceeded` when it takes too long; the reason of a set-up that was called off.
 */
export async function planSandbox(
  intent: SandboxIntent,
  command: SandboxedCommand,
  host: HostFacts,
  ceiling: CeilingSource,
  { hosts, setUp, aside = (look) => look() }: PlanOptions = {},
): Promise<SandboxPlan> {
  const bounds = setUp ?? new SetUp();
  try {
    return await planWithin(bounds, { intent, command, host, ceiling, hosts, aside });
  } finally {
    if (setUp === undefined) bounds.end();
  }
}

/** What is to be planned, for which machine. */
interface Order {
  readonly intent: SandboxIntent;
  readonly command: SandboxedCommand;
  readonly host: HostFacts;
  readonly ceiling: CeilingSource;
  readonly hosts: HostRules | undefined;
  readonly aside: Aside;
}

async function planWithin(
  setUp: SetUp,
  { intent, command, host, ceiling, hosts, aside }: Order,
): Promise<SandboxPlan> {
  // What no look at files can change comes first: a look may take long.
  const architecture = architectureOf(host);
  const onHost = mountsIn(host.mountTable());
  const hidden = new HiddenPlaces(host.ownPaths, onHost, host.user.uid);
  const needed = [command.cwd, ...host.runBy, ...homeDirectories()];
  const { roots } = host;
  const ask = (files: FileFacts, patterns: Patterns, maximum: Patterns): Question => {
    const named = normalise(intent, { roots, files, patterns: 'leftOut' }) ?? unrestricted('enabled');
    // What patterns match a command may have made, and links among it lead where that likes.
    const matched = withoutUnasked(files, onHost, named.rules, needed);
    const asked =
      patterns === 'leftOut' || patterns.size === 0
        ? named
        : (normalise(intent, { roots, files, patterns, matched }) ?? named);
    const most = hidden.below(ceiling.bindTo(files, maximum), asked.rules, needed, files);
    return { asked, ceiling: most, hosts };
  };
  // Where somebody has changed it meanwhile, the answer finds something else than was looked for, and refuses or is planned anew.
  const widest = once(() => host.files.inOneGo((files) => ask(checked(files, setUp), 'leftOut', 'leftOut')));
  const mayReplace: MayReplace = (path) => {
    const { asked, ceiling: most } = widest();
    return host.files.inOneGo((files) => mayReplaceAt(path, asked, most, checked(files, setUp)));
  };
  setUp.begin('trying bubblewrap');
  const bwrap = await workingBwrap(host, mayReplace, setUp);
  const restricts = ceiling.network !== undefined || restrictedFilesOf(intent) !== undefined;
  const mountsAround = restricts ? await askMounts(host, bwrap.program, mayReplace, setUp.signal) : NOT_ASKED;
  const enforcement = { architecture, bwrap, mountsAround };
  refuseHostsBelow(ceiling, hosts);
  const scans = globScansOf(intent, roots);
  setUp.begin('looking at files');
  // Where repositories are looked for does not depend on patterns, for they can only deny.
  const { asked, ceiling: most } = widest();
  const targets = scanTargets(asked, most);
  const { searched, denied, maximum } = await aside(async () => {
    const found = await scanAll(targets, host.repositories, setUp);
    // Last of all: what appears after a look is not denied.
    setUp.begin('looking for what patterns match');
    return {
      searched: found,
      denied: await matchAll(scans, asked, host, setUp),
      maximum: await matchMost(ceiling.scans, most.maximum ?? asked, host, setUp, command.cwd),
    };
  });
  setUp.begin('looking at files');
  const trees = new Map(searched.map(({ target, tree }) => [target.root, tree]));
  const answered = host.files.inOneGo((files) => {
    const looked = checked(files, setUp);
    return answer(
      ask(looked, denied, maximum),
      command,
      { ...host, ...enforcement, files: looked, onHost },
      trees,
    );
  });
  return { ...answered, searched, madeMs: Date.now() };
}

async function scanAll(
  targets: readonly ScanTarget[],
  repositories: RepositoryFinder,
  setUp: SetUp,
): Promise<readonly SearchedRoot[]> {
  const searched: SearchedRoot[] = [];
  for (const target of targets) {
    setUp.begin('looking for repositories', target.root);
    searched.push({ target, tree: await repositories.find(target, setUp.signal) });
  }
  return searched;
}

/** Does something when it is first needed, and not again. */
function once<T>(work: () => T): () => T {
  let done: { readonly found: T } | undefined;
  return () => (done ??= { found: work() }).found;
}

/** What is asked for, before anything is taken from it. */
interface Question {
  readonly asked: NormalisedPolicy;
  readonly ceiling: Ceiling;
  readonly hosts: HostRules | undefined;
}

/** The executor as it is in one look at its files. */
interface Surroundings extends Pick<HostFacts, 'runBy' | 'signalResetter' | 'mountPrograms' | 'user'> {
  readonly files: FileFacts;
  readonly architecture: Architecture;
  readonly bwrap: WorkingBwrap;
  readonly mountsAround: MountsAround;
  /** What is mounted. */
  readonly onHost: readonly Mount[];
}

function answer(
  { asked, ceiling, hosts }: Question,
  command: SandboxedCommand,
  {
    files,
    architecture,
    bwrap,
    user,
    runBy,
    signalResetter,
    mountPrograms,
    onHost,
    mountsAround,
  }: Surroundings,
  trees: ScannedTrees,
): Omit<SandboxPlan, 'searched' | 'madeMs'> {
  const needed = [command.cwd, ...runBy];
  const held = applyCeiling(asked, ceiling, { files, mounts: onHost, needed }, trees);
  const gapped = withMountGaps(mountsAround, held);
  const { policy: bound, gaps, ...kept } = gapped;
  const ofHost = bound.restrictsFiles ? onHost : [];
  refuseCoveredKernelMounts(ofHost);
  refuseReplaceable(bwrap, bound, files);
  const visible = visibleDirectory(command.cwd, { ...bound, decisions: kept.decisions }, files);
  const { path: cwd } = visible;
  const policy = coverSpellings(bound, { cwd, asked: asked.rules }, ofHost, files);
  const { rules, notes } = policy.restrictsFiles
    ? maskCrowds(policy.rules, cwd, files)
    : { ...policy, notes: [] };
  const movable = movablePlaces(rules, ofHost, user, files);
  const enforced = { ...policy, rules: withShut(rules, movable) };
  const mounts = planMounts(enforced, files, sealedTrees(command, user.uid), movable.kept);
  const launch = planBwrap(
    { ...command, cwd, ...planBeginning(command, visible, policy, { user, files }) },
    mounts,
    {
      ...bwrap,
      network: hosts === undefined ? policy.network : 'managed',
      filter: filterFor(architecture, policy.restrictsFiles),
      signalResetter,
      startedWith: starterFor(mountsAround),
      opening: mountPrograms,
      hasExposedMounts: exposedMounts(ofHost, user, files).length > 0,
    },
  );
  const isNetworkNarrowed = hosts === undefined && policy.network !== asked.network;
  const open = notesOfGaps(policy, movable, { user, files, runBy, ofHost });
  const noted = [...policy.notes, ...notes, ...notesOfForeignGrants(policy, files), ...open];
  return {
    policy: { ...policy, notes: noted },
    ...kept,
    isNetworkNarrowed,
    gaps: [...gaps, ...open.map(({ text }) => text)],
    hosts,
    mounts,
    launch,
    bwrap: bwrap.program,
  };
}

/** What could not be enforced as it should be, and is not refused. */
function notesOfGaps(
  policy: NormalisedPolicy,
  movable: MovablePlaces,
  {
    user,
    files,
    runBy,
    ofHost,
  }: Pick<Surroundings, 'user' | 'files' | 'runBy'> & { readonly ofHost: readonly Mount[] },
): readonly PolicyNote[] {
  return [
    ...notesOfExposed(policy, user, files),
    ...notesOfBuried(buriedDenials(policy.rules, ofHost)),
    ...notesOfRespelled(respelledFiles(policy.rules, ofHost, files)),
    ...notesOfHardLinks(policy.rules, files),
    ...notesOfOwnProgram(runBy, policy, files),
    ...notesOfMovable(movable),
  ];
}

async function workingBwrap(
  { bwrap }: HostFacts,
  mayReplace: MayReplace,
  { signal }: SetUp,
): Promise<WorkingBwrap> {
  const capability = await bwrap(mayReplace, signal);
  return capability.works ? capability : refuse('sandbox', capability.problem);
}
