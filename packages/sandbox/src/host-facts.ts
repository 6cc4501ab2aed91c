import { realFileFacts } from './files/real-file-facts.js';
import { LINUX_MINIMAL } from './intent/executor-roots.js';
import { type PatternFinder, PatternLooks } from './intent/pattern-looks.js';
import { viewWithoutPlaceholders } from './launch/file-view.js';
import type { PlaceholderStore } from './launch/placeholder-store.js';
import { ownedProcTrees } from './linux/owned-proc-trees.js';
import { probeBwrap } from './linux/probe-bwrap.js';
import { findSignalResetter } from './linux/signal-resetter.js';
import type { HostFacts } from './plan-sandbox.js';
import { REAL_TOOLS, type RepositoryFinder, RepositoryScans } from './repositories/repository-scans.js';

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

/**
 * The facts of this machine for one command.
 * @param searchPath Where bubblewrap is looked for: the PATH of the executor, never one that a peer sent.
 * @param store Says what stands in the file system for other sandboxes alone, and so does not count.
 */
export function readHostFacts(
  { cwd, env }: CommandSetting,
  searchPath: string,
  store: PlaceholderStore,
  { repositories, patterns }: Searches,
): HostFacts {
  const isLinux = process.platform === 'linux';
  return {
    platform: process.platform,
    architecture: process.arch,
    files: viewWithoutPlaceholders(realFileFacts, store),
    repositories,
    patterns,
    roots: { cwd, tmpdir: env['TMPDIR'], slashTmp: '/tmp', minimal: LINUX_MINIMAL },
    bwrap: isLinux ? probeBwrap(searchPath) : { works: false, problem: 'bubblewrap is a program for Linux' },
    ownFolders: [store.secureFolder()],
    signalResetter: isLinux ? findSignalResetter() : undefined,
    ownedProcTrees: isLinux ? ownedProcTrees(process.getuid?.() ?? 0) : [],
  };
}
