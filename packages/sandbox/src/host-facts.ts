import type { FileView } from './files/file-facts.js';
import type { OwnUser } from './files/own-user.js';
import type { ExecutorRoots } from './intent/executor-roots.js';
import type { PatternFinder } from './intent/pattern-looks.js';
import type { MountPrograms } from './linux/launch-plan.js';
import type { MayReplace } from './machine/find-bwrap.js';
import type { AskMounts } from './machine/mounts-around.js';
import type { BwrapCapability } from './machine/probe-bwrap.js';
import type { RepositoryFinder } from './repositories/repository-scans.js';

/** What planning needs to know of the executor. */
export interface HostFacts extends AskMounts {
  readonly platform: string;
  /** Whether it runs inside of a sandbox of its system in which no other can be begun; default false. */
  readonly isNested?: boolean;
  /** As Node names it. */
  readonly architecture: string;
  readonly files: FileView;
  readonly repositories: RepositoryFinder;
  readonly patterns: PatternFinder;
  readonly roots: ExecutorRoots;
  /**
   * Tries a bubblewrap that the command could not have put there. What of this machine is asked for only where it matters.
   * @param signal Ends the wait.
   */
  readonly bwrap: (mayReplace: MayReplace, signal?: AbortSignal) => Promise<BwrapCapability>;
  /** Directories and files of the executor's own that no command may see, such as the records of its sandboxes. */
  readonly ownPaths: readonly string[];
  /** What runs this program, outside of every sandbox: Node and the file that it was started with. */
  readonly runBy: readonly string[];
  /** A program that gives ignored signals their default meaning; undefined where there is none. */
  readonly signalResetter: string | undefined;
  /** What is mounted on this machine now, as in `/proc/PID/mountinfo`. */
  readonly mountTable: () => string;
  /** What opens mounts that may be written; undefined where there is nothing. */
  readonly mountPrograms: MountPrograms | undefined;
  /** As whom sandboxes are made. */
  readonly user: OwnUser;
}
