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
  start<T>(attempt: (confinement: Confinement | undefined) => Promise<T>): Promise<ConfinedStart<T>>;
}

/** A command that was started in its sandbox. */
interface ConfinedStart<T> {
  readonly started: T;
  /** Where the command may do less than was asked for. */
  readonly report: SandboxReport;
  /** Undefined where nobody can tell. */
  readonly aftermath: Aftermath | undefined;
}

/** What a sandbox is asked when its command has ended. */
export interface Aftermath {
  readonly judge: DenialJudge;
  readonly look: AppearedLook;
  /** It is not asked any more. May be called twice. */
  readonly forget: () => void;
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
