import { readOwnUser } from './files/own-user.js';
import { realFileFacts } from './files/real-file-facts.js';
import type { HostFacts } from './host-facts.js';
import { LINUX_MINIMAL } from './intent/executor-roots.js';
import { type PatternFinder, PatternLooks } from './intent/pattern-looks.js';
import { viewWithoutPlaceholders } from './launch/file-view.js';
import type { PlaceholderStore } from './launch/placeholder-store.js';
import type { SetUp } from './launch/set-up.js';
import { deviceSealFor } from './machine/device-seal.js';
import type { MayReplace } from './machine/find-bwrap.js';
import { foreignProcesses } from './machine/foreign-processes.js';
import { lateMountsBelow } from './machine/late-mounts.js';
import { findMountPrograms } from './machine/mount-programs.js';
import { type BwrapCapability, probeBwrap } from './machine/probe-bwrap.js';
import { readMountTable } from './machine/read-mount-table.js';
import { findSignalResetter } from './machine/signal-resetter.js';
import { REAL_TOOLS, type RepositoryFinder, RepositoryScans } from './repositories/repository-scans.js';
import { isInsideSeatbelt } from './seatbelt/outer-seatbelt.js';

/** A process about to be started, as far as it decides what symbols stand for. */
export interface CommandSetting {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Whoever looks through directories, which takes a while. */
export interface Searches {
  readonly repositories: RepositoryFinder;
  readonly patterns: PatternFinder;
}

/** The searches of this machine. Make one for all commands: it remembers what directories hold, and looks once for many. */
export function createSearches(): Searches {
  return { repositories: new RepositoryScans(), patterns: new PatternLooks(REAL_TOOLS) };
}

/** What is kept from one command to the next. */
export interface HostMemory {
  /** Says what stands in the file system for other sandboxes alone, and so does not count. */
  readonly store: PlaceholderStore;
  readonly searches: Searches;
  /** What no command may see besides, such as directories of this program and the socket of a server; canonical or not. */
  readonly ownPaths?: readonly string[];
}

/**
 * The facts of this machine for one command.
 * @param own The environment of the executor, never one that a peer sent: its HOLDFAST_BWRAP names the bubblewrap to use;
 *   without it that of the system is used, or else one of its PATH.
 * @param setUp What this is the beginning of; default nothing, so that each of its steps has a limit of its own.
 * @throws ExecError `sandboxUnsupported` when the records of the store cannot be kept; as `setUp.check`.
 */
export async function readHostFacts(
  { cwd, env }: CommandSetting,
  own: Readonly<Partial<Record<string, string>>>,
  { store, searches, ownPaths = [] }: HostMemory,
  setUp?: SetUp,
): Promise<HostFacts> {
  const resetter = process.platform === 'linux' ? findSignalResetter() : Promise.resolve(undefined);
  const signalResetter = await (setUp?.until(resetter) ?? resetter);
  const isNested = process.platform === 'darwin' && (await isInsideSeatbelt(setUp?.signal));
  const user = readOwnUser();
  const { uid } = user;
  return {
    platform: process.platform,
    isNested,
    architecture: process.arch,
    files: viewWithoutPlaceholders(realFileFacts, store),
    ...searches,
    roots: { cwd, tmpdir: env['TMPDIR'], slashTmp: '/tmp', minimal: LINUX_MINIMAL },
    bwrap: (mayReplace, signal) => bubblewrapIn(own, mayReplace, signal),
    ownPaths: [store.secureFolder(), ...ownPaths],
    runBy: [process.execPath, ...process.argv.slice(1, 2)],
    signalResetter,
    mountTable: () => readMountTable(process.pid) ?? '',
    mountPrograms: findMountPrograms(),
    user,
    lateMounts: lateMountsBelow,
    deviceSeal: (bwrap, mayReplace, unwanted) => deviceSealFor(uid, bwrap, mayReplace, unwanted),
  };
}

async function bubblewrapIn(
  { HOLDFAST_BWRAP: named, PATH: searchPath = '' }: Readonly<Partial<Record<string, string>>>,
  mayReplace: MayReplace,
  signal: AbortSignal | undefined,
): Promise<BwrapCapability> {
  if (process.platform !== 'linux') return { works: false, problem: 'bubblewrap is a program for Linux' };
  const problem = foreignProcesses();
  if (problem !== undefined) return { works: false, problem };
  return await probeBwrap({ named, searchPath }, mayReplace, signal);
}
