import type { SandboxDenial, SandboxReport } from '@holdfast/exec-protocol';
import type { Confinement } from '../spawn/child.js';

/** How one command is confined. */
export interface Sandbox {
  /** Undefined where it has the sandbox around this server. */
  readonly confinement: Confinement | undefined;
  /** Where the command may do less than was asked for. */
  report(): SandboxReport;
  /** Undefined where nobody can tell. */
  readonly judge: DenialJudge | undefined;
  /** Plans it again, for what is there now. @throws As `confine`. */
  renew(): Promise<void>;
  /** To be called when the command was not started after all. */
  discard(): void;
}

/**
 * What the sandbox has denied a command that failed; undefined where it is not to blame.
 * @param output The end of what the command has printed.
 */
export type DenialJudge = (exitCode: number, output: string) => SandboxDenial | undefined;
