import type { SandboxDenial, SandboxReport } from '@holdfast/exec-protocol';
import type { AppearedReport } from '@holdfast/sandbox';
import type { Confinement } from '../spawn/child.js';

/** How one command is confined. */
export interface Sandbox {
  /**
   * Starts the command, and plans its sandbox anew as often as files have changed meanwhile.
   * @param attempt Is given what confines it; undefined where it has the sandbox around this server. Leaves nothing behind where it fails.
   * @throws As `attempt` and `confine`.
   */
  start<T>(attempt: (confinement: Confinement | undefined) => Promise<T>): Promise<T>;
  /** Where the command may do less than was asked for. */
  report(): SandboxReport;
  /** Undefined where nobody can tell. */
  readonly judge: DenialJudge | undefined;
  /** For after the command has ended. Undefined where nobody can tell. */
  readonly look: AppearedLook | undefined;
}

/**
 * What the sandbox has denied a command that failed, when it is its turn to be judged; undefined where it is not to blame. Never rejects.
 * @param output Tells the end of what the command has printed; called once, so that nothing of it is kept for those who wait.
 */
export type DenialJudge = (exitCode: number, output: () => string) => Promise<SandboxDenial | undefined>;

/**
 * Looks for what has appeared while the command ran.
 * @throws the reason of the signal.
 */
export type AppearedLook = (signal: AbortSignal) => Promise<AppearedReport>;
