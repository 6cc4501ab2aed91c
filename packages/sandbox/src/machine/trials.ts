import { type ExecFileException, execFile } from 'node:child_process';
import { ExecError } from '@holdfast/exec-protocol';
import { StalePlan } from '../files/stale-plan.js';
import { PROBE_TIMEOUT_MS } from '../limits.js';
import { NAMESPACES } from '../linux/bwrap-plan.js';
import { hasLostMount } from './bwrap-fault.js';
import type { MayReplace } from './find-bwrap.js';
import { KeptTrials } from './kept-trials.js';

/** What bubblewrap is started with: a program, and its words up to where bubblewrap and its own follow. */
export type Starter = readonly [string, ...string[]];

/**
 * Whether a bubblewrap works here when it is started so. That it does is kept; a failure for `PROBE_FAILURE_KEPT_MS`.
 * @param programs What the starter runs. Nothing is tried while a command may replace one of them, for a plan with which it
 *   could is refused.
 * @param bwrap The absolute path of a bubblewrap that works here and that no command could have put there.
 * @param signal Ends the wait, and the trial when nobody else waits for it.
 * @throws its reason; as `isTrialWon`.
 */
export async function worksWith(
  starter: Starter,
  programs: readonly string[],
  bwrap: string,
  mayReplace: MayReplace,
  signal: AbortSignal,
): Promise<boolean> {
  const call: Starter = [...starter, bwrap];
  const key = call.join('\0');
  const known = trials.known(key);
  if (known !== undefined) return known;
  if (programs.some(mayReplace)) return false;
  const trial: Starter = [...call, ...TRIAL, bwrap, '--version'];
  const tryOut = async (unwanted: AbortSignal): Promise<boolean> => {
    const end = await endOf(trial, unwanted);
    unwanted.throwIfAborted();
    return isTrialWon(end, starter[0]);
  };
  return await trials.run(key, tryOut, signal);
}

const trials = new KeptTrials<boolean>((works) => works);

const TRIAL = [
  ...NAMESPACES,
  '--ro-bind',
  '/',
  '/',
  '--dev',
  '/dev',
  '--proc',
  '/proc',
  '--die-with-parent',
  '--',
];

/** How a trial came to its end. */
export interface TrialEnd {
  /** Null where it succeeded. */
  readonly failure: Pick<ExecFileException, 'code'> | null;
  readonly complaint: string;
}

/**
 * Whether a starter works, by how its trial ended. Only a program that said no, or is not there, makes a sandbox do without: a
 * machine that is busy for a moment must not, nor somebody who moves what is mounted meanwhile.
 * @throws ExecError `sandboxUnsupported` where the trial came to no end of its own; StalePlan where it lost a path.
 */
export function isTrialWon({ failure, complaint }: TrialEnd, program: string): boolean {
  if (failure === null) return true;
  if (hasLostMount(complaint)) throw new StalePlan('what this machine has mounted', 'was moved');
  const { code } = failure;
  if (typeof code === 'number' ? !LACKS_SOMETHING.test(complaint) : MISSING.has(code)) return false;
  throw new ExecError(
    'sandboxUnsupported',
    `sandbox: it is unknown whether bubblewrap can be started by ${program} here, for its trial did not come to its end (${complaint.trim() || (code ?? `PROBE_TIMEOUT_MS is ${PROBE_TIMEOUT_MS / 1000} s`)}); try again when this machine has less to do`,
  );
}

/** What passes, or what others can take away for a while. As the C library and shells word it. */
const LACKS_SOMETHING =
  /Resource temporarily unavailable|Cannot allocate memory|Too many open files|annot fork/;

const MISSING: ReadonlySet<string | null | undefined> = new Set(['ENOENT', 'EACCES']);

function endOf([program, ...args]: Starter, signal: AbortSignal): Promise<TrialEnd> {
  const options = { env: {}, cwd: '/', timeout: PROBE_TIMEOUT_MS, killSignal: 'SIGKILL' as const, signal };
  return new Promise((resolve) => {
    const child = execFile(program, args, options, (failure, _, complaint) =>
      resolve({ failure, complaint }),
    );
    child.stdin?.end();
  });
}
