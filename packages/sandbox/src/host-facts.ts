import { realFileFacts } from './files/real-file-facts.js';
import { LINUX_MINIMAL } from './intent/executor-roots.js';
import { viewWithoutPlaceholders } from './launch/file-view.js';
import type { PlaceholderStore } from './launch/placeholder-store.js';
import { ownedProcTrees } from './linux/owned-proc-trees.js';
import { probeBwrap } from './linux/probe-bwrap.js';
import { findSignalResetter } from './linux/signal-resetter.js';
import type { HostFacts } from './plan-sandbox.js';
import type { RepositoryFinder } from './repositories/repository-scans.js';

/** A process about to be started, as far as it decides what symbols stand for. */
export interface CommandSetting {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The facts of this machine for one command.
 * @param searchPath Where bubblewrap is looked for: the PATH of the executor, never one that a peer sent.
 * @param store Says what stands in the file system for other sandboxes alone, and so does not count.
 * @param repositories Keep one for all commands: it remembers what directories hold.
 */
export function readHostFacts(
  { cwd, env }: CommandSetting,
  searchPath: string,
  store: PlaceholderStore,
  repositories: RepositoryFinder,
): HostFacts {
  const isLinux = process.platform === 'linux';
  return {
    platform: process.platform,
    architecture: process.arch,
    files: viewWithoutPlaceholders(realFileFacts, store),
    repositories,
    roots: { cwd, tmpdir: env['TMPDIR'], slashTmp: '/tmp', minimal: LINUX_MINIMAL },
    bwrap: isLinux ? probeBwrap(searchPath) : { works: false, problem: 'bubblewrap is a program for Linux' },
    ownFolders: [store.secureFolder()],
    signalResetter: isLinux ? findSignalResetter() : undefined,
    ownedProcTrees: isLinux ? ownedProcTrees(process.getuid?.() ?? 0) : [],
  };
}
