import type { FileIdentity } from '../files/resolve-path.js';
import type { MountStep } from '../mounts/mount-step.js';
import type { Placeholder } from './plan-mounts.js';

/** A descriptor that the wrapper inherits. The first of a plan is number 3. */
export type PlannedDescriptor =
  /** A file or directory, held so that nobody can put another one in its place; or what is made for the plan. */
  | { readonly kind: 'path'; readonly path: string; readonly identity: FileIdentity | 'placeholder' }
  /** Nothing to read. */
  | { readonly kind: 'nothing' }
  /** A pipe through which the wrapper is given the seccomp program: whoever could open a file with it could take it off. */
  | { readonly kind: 'filter'; readonly program: Uint8Array }
  /** A pipe on which the wrapper tells what becomes of the command. */
  | { readonly kind: 'status' }
  /** A pipe through which the wrapper is told the environment of the command. */
  | { readonly kind: 'environment'; readonly variables: Readonly<Record<string, string>> }
  /** A pipe that the wrapper lets go of when the sandbox is set up. */
  | { readonly kind: 'ready' }
  /** A pipe at whose end the wrapper waits, the host read-only, before it mounts what depends on that. */
  | { readonly kind: 'seal' }
  /** A pipe at whose end the wrapper waits, all mounted, before it gives up the user namespace to which its mounts belong. */
  | { readonly kind: 'namespace' }
  /** A pipe on which the command waits until it has been seen where it runs. */
  | { readonly kind: 'place' }
  /** The standard error of this program, which becomes that of the command. */
  | { readonly kind: 'errors' };

/** What opens mounts of a sandbox from outside: the absolute paths of programs of the system. */
export interface MountPrograms {
  readonly nsenter: string;
  readonly mount: string;
}

/** What there is to start, hold and clean up so that a command runs in its sandbox. Nothing has been done yet. */
export interface LaunchPlan {
  /** The wrapper and its options, then the command. */
  readonly argv: readonly [string, ...string[]];
  /**
   * The environment of the wrapper, which runs outside of the sandbox: that of the command could make it load or run
   * something. The command's goes through a descriptor.
   */
  readonly env: Readonly<Record<string, string>>;
  readonly descriptors: readonly PlannedDescriptor[];
  /** What the sandbox must have mounted before the command runs, in its order. */
  readonly mounts: readonly MountStep[];
  /** What opens mounts that may be written, when all is in place; undefined where there are none. */
  readonly opening: MountPrograms | undefined;
  /** Which directory the command must be in when it runs; undefined where it has not to wait for that. */
  readonly heldCwd: FileIdentity | undefined;
  /** Whether it must be started inside of a managed network; it then has no network otherwise. */
  readonly needsManagedNetwork: boolean;
  /** What must be made before the start and removed after the end. */
  readonly cleanup: readonly Placeholder[];
}

/** The number of the first descriptor of a plan; those below it are the command's own. */
export const FIRST_DESCRIPTOR = 3;
