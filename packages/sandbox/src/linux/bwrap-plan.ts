import { MAX_BWRAP_BYTES, MAX_BWRAP_WORDS } from '../limits.js';
import { refuse } from '../refuse.js';
import { type Beginning, becomingWords } from './becoming-words.js';
import { crowdedDirectory } from './crowded-directory.js';
import { IGNORE_GROUP_SIGNALS, RESET_GROUP_SIGNALS } from './group-signals.js';
import type { MountPrograms } from './launch-plan.js';
import { FIRST_DESCRIPTOR, type LaunchPlan, type PlannedDescriptor } from './launch-plan.js';
import { mountWords, waitWords } from './mount-words.js';
import type { MountPlan } from './plan-mounts.js';
import { nameWords, type ProgramRenamer } from './program-names.js';
import { SHELL } from './system-places.js';

/**
 * The namespaces of every sandbox. They are asked for one by one: with `--unshare-all`, bubblewrap does without the user
 * namespace where it is root.
 */
export const NAMESPACES: readonly string[] = [
  '--unshare-user',
  '--unshare-pid',
  '--unshare-ipc',
  '--unshare-uts',
  '--unshare-cgroup-try',
];

/** What a sandbox without the network of the host asks for beside them. */
export const OWN_NETWORK = '--unshare-net';

/** What is started in a sandbox. */
export interface SandboxedCommand extends Beginning {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** What the program sees as its own name; argv[0] when absent. */
  readonly arg0?: string | undefined;
  /** Variables that the wrapper has as well, so that it can be told by them; none that a peer chose. */
  readonly wrapperEnv?: Readonly<Record<string, string>>;
  /** Whether it shares a terminal with the wrapper, and so its session and process group; default false. */
  readonly hasTerminal?: boolean;
  /** Whether there are processes outside in its session, over which it is to have no say; default false. */
  readonly isAmongOthers?: boolean;
  /** Whether its /dev and /proc are for reading only, but for devices; default false, for programs want to write there. */
  readonly sealsKernelTrees?: boolean | undefined;
}

/** How the wrapper confines, beyond the mounts. */
export interface BwrapSettings {
  /** The absolute path of bubblewrap. */
  readonly program: string;
  /** For `managed`, what starts the wrapper puts it into a network of its own. */
  readonly network: 'restricted' | 'managed' | 'enabled';
  /** A seccomp program for this machine. */
  readonly filter: Uint8Array;
  /** A program that gives signals which were ignored their default meaning again; undefined where there is none. */
  readonly signalResetter: string | undefined;
  /** What bubblewrap itself is started with; default nothing. */
  readonly startedWith?: readonly [string, ...string[]] | undefined;
  /** Whether bubblewrap could leave mounts of the host open, and so waits until somebody has looked; default false. */
  readonly hasExposedMounts?: boolean;
  /** What opens mounts that may be written; undefined where this machine has nothing for it. */
  readonly opening?: MountPrograms | undefined;
  /** How a program gets another name; default nothing here can do that. */
  readonly renamers?: readonly ProgramRenamer[];
}

/**
 * The second phase on Linux: how bubblewrap is called.
 * @throws ExecError `sandboxUnsupported` when there are more mounts than bubblewrap accepts, or some may be written and nothing opens them.
 */
export function planBwrap(command: SandboxedCommand, mounts: MountPlan, settings: BwrapSettings): LaunchPlan {
  const descriptors: PlannedDescriptor[] = [];
  const { hasExposedMounts = false, renamers = [] } = settings;
  const hold = (descriptor: PlannedDescriptor): string =>
    String(FIRST_DESCRIPTOR + descriptors.push(descriptor) - 1);
  const opening = openingFor(mounts, settings);
  const first = becomingWords(command, hold);
  const name = nameWords(command, renamers, first.length === 0 && command.hasTerminal !== true);
  const options = [
    ...['--args', hold({ kind: 'environment', variables: command.env })],
    ...NAMESPACES,
    ...(settings.network === 'restricted' ? [OWN_NETWORK] : []),
    ...mountWords(mounts.steps, hold, hasExposedMounts),
    ...(opening === undefined ? [] : waitWords(hold({ kind: 'namespace' }))),
    ...['--cap-drop', 'ALL', '--die-with-parent', '--chdir', command.cwd],
    // What the command sends to its group must not reach the wrapper: its end is the end of all.
    ...(command.hasTerminal === true ? [] : ['--new-session']),
    ...['--seccomp', hold({ kind: 'filter', program: settings.filter })],
    ...['--json-status-fd', hold({ kind: 'status' })],
    ...['--block-fd', hold({ kind: 'ready' })],
    ...name.options,
    '--',
  ];
  refuseTooMany(options, Object.keys(command.env).length, mounts);
  const { program, startedWith } = settings;
  const wrapper = startedWith === undefined ? ([program] as const) : ([...startedWith, program] as const);
  return {
    argv: callOf([...wrapper, ...options], { ...command, argv: name.argv }, first, settings.signalResetter),
    env: command.wrapperEnv ?? {},
    descriptors,
    needsManagedNetwork: settings.network === 'managed',
    mounts: mounts.steps,
    opening,
    heldCwd: command.heldCwd,
    cleanup: mounts.placeholders,
  };
}

function openingFor({ steps }: MountPlan, { opening }: BwrapSettings): MountPrograms | undefined {
  if (!steps.some((step) => step.kind === 'bind' && step.access === 'write')) return undefined;
  return (
    opening ??
    refuse(
      'sandbox',
      'what may be written is opened with nsenter and mount, which are not both among the programs of the system; install util-linux and mount',
    )
  );
}

function refuseTooMany(options: readonly string[], variables: number, mounts: MountPlan): void {
  const isTooMany = options.length + variables * WORDS_PER_VARIABLE > MAX_BWRAP_WORDS;
  if (!isTooMany && bytesOf(options) <= MAX_BWRAP_BYTES) return;
  refuse(
    'sandbox',
    `needs ${mounts.steps.length} mounts and ${variables} variables, ${isTooMany ? 'more than bubblewrap accepts' : `whose paths take more than ${MAX_BWRAP_BYTES / 1024} KiB`}; ${remedyFor(mounts)}`,
  );
}

/** Most mounts are for what has to be kept from a command where it may write: repositories, and files that are denied. */
function remedyFor({ steps }: MountPlan): string {
  const directory = crowdedDirectory(steps.flatMap((step) => ('path' in step ? [step.path] : [])));
  return `most are for what lies below ${directory}: remove repositories there, allow less of it to be written, or deny directories instead of their files`;
}

/**
 * On a terminal the wrapper is in the group of the command, and what is typed or sent to the group would end it and the
 * sandbox, however the command takes it. So the wrapper ignores it, and the command starts as if nothing had been ignored.
 */
function callOf(
  wrapper: readonly [string, ...string[]],
  { argv, hasTerminal }: SandboxedCommand,
  first: readonly string[],
  resetter: string | undefined,
): readonly [string, ...string[]] {
  // A program whose name holds the sign would be taken for a variable.
  if (hasTerminal !== true || resetter === undefined || argv[0].includes('='))
    return [...wrapper, ...first, ...argv];
  const command = [...first, resetter, RESET_GROUP_SIGNALS, ...argv];
  return [SHELL, '-c', IGNORE_GROUP_SIGNALS, 'sh', ...wrapper, ...command];
}

function bytesOf(words: readonly string[]): number {
  return words.reduce((bytes, word) => bytes + Buffer.byteLength(word) + 1, 0);
}

const WORDS_PER_VARIABLE = 3;
