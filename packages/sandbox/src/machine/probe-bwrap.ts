import { execFile } from 'node:child_process';
import { errorCode, systemError } from '../files/error-code.js';
import { StalePlan } from '../files/stale-plan.js';
import { PROBE_TIMEOUT_MS } from '../limits.js';
import { NAMESPACES, OWN_NETWORK } from '../linux/bwrap-plan.js';
import { beside } from '../linux/mount-words.js';
import type { ProgramRenamer } from '../linux/program-names.js';
import { NEVER_ABORTED } from '../until-aborted.js';
import { explainFault, hasLostMount } from './bwrap-fault.js';
import { type BwrapSearch, findBwrap, type MayReplace, type ProgramFile } from './find-bwrap.js';
import { findRenamers } from './find-renamers.js';
import { KeptTrials } from './kept-trials.js';

/** Whether this host can confine processes with bubblewrap, and if not, why and what to do. */
export type BwrapCapability = WorkingBwrap | { readonly works: false; readonly problem: string };

/** A bubblewrap that can confine processes here. */
export interface WorkingBwrap {
  readonly works: true;
  /** Its absolute path. */
  readonly program: string;
  /** How programs get other names. */
  readonly renamers?: readonly ProgramRenamer[];
}

const NEEDED_OPTIONS = [
  '--bind-fd',
  '--ro-bind-fd',
  '--perms',
  '--json-status-fd',
  '--seccomp',
  '--cap-drop',
];

// Everything that a sandbox asks of the host; the program that runs in it is one that is certainly there.
const TRIAL = [
  ...[...NAMESPACES, OWN_NETWORK],
  ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--perms', '000', '--tmpfs', '/sys'],
  ...[
    '--dir',
    beside('holdfast'),
    '--ro-bind',
    '/',
    beside('oldroot'),
    '--bind-try',
    `/${beside('holdfast')}`,
    '/sys',
  ],
  ...['--cap-drop', 'ALL', '--die-with-parent', '--'],
];

const trials = new KeptTrials<BwrapCapability>(({ works }) => works);

/**
 * Tries bubblewrap by doing what a sandbox does. That it works is kept until the program is replaced.
 * @param mayReplace As for `findBwrap`: nothing that it holds for is executed.
 * @param signal Ends the wait, and the trial when nobody else waits for it.
 * @throws its reason; StalePlan where somebody moved what this machine has mounted meanwhile; the error of the
 *   system where it lacks what every start needs, which says nothing of the program.
 */
export async function probeBwrap(
  search: BwrapSearch,
  mayReplace: MayReplace,
  signal: AbortSignal = NEVER_ABORTED,
): Promise<BwrapCapability> {
  const found = findBwrap(search, mayReplace);
  if ('problem' in found) return { works: false, problem: found.problem };
  const key = `${found.path} ${found.version}`;
  return trials.known(key) ?? (await trials.run(key, (unwanted) => tryOut(found, unwanted), signal));
}

async function tryOut({ path: program }: ProgramFile, signal: AbortSignal): Promise<BwrapCapability> {
  const help = await run(program, ['--help'], signal);
  if (help.isLate) return tooSlow(program);
  if (!help.succeeded) return { works: false, problem: explainFault(help.output) };
  const missing = NEEDED_OPTIONS.filter((option) => !help.output.includes(`${option} `));
  if (missing.length > 0) {
    return {
      works: false,
      problem: `${program} has no ${missing.join(', ')}; install bubblewrap 0.10 or newer`,
    };
  }
  const trial = await run(program, [...TRIAL, program, '--version'], signal);
  if (trial.isLate) return tooSlow(program);
  if (hasLostMount(trial.output)) throw new StalePlan('what this machine has mounted', 'was moved');
  if (!trial.succeeded) return { works: false, problem: explainFault(trial.output) };
  return { works: true, program, renamers: findRenamers(help.output.includes('--argv0 ')) };
}

function tooSlow(program: string): BwrapCapability {
  const problem = `${program} does not end within ${PROBE_TIMEOUT_MS / 1000} s; try it by hand, and again when this machine has less to do`;
  return { works: false, problem };
}

interface Outcome {
  readonly succeeded: boolean;
  /** Whether it was ended at its limit. */
  readonly isLate: boolean;
  readonly output: string;
}

/** @throws the error of the system for a lack of something. */
function run(program: string, args: readonly string[], signal: AbortSignal): Promise<Outcome> {
  const options = { env: {}, cwd: '/', timeout: PROBE_TIMEOUT_MS, killSignal: 'SIGKILL' as const, signal };
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      const code = errorCode(error);
      if (error !== null && code !== undefined && LACKS.has(code)) {
        reject(systemError(code, error.message, { cause: error }));
        return;
      }
      // That of a program which ran and failed only says so.
      const failure = error === null || typeof error.code === 'number' ? '' : `\n${error.message}`;
      resolve({
        succeeded: error === null,
        isLate: error?.killed === true,
        output: `${stdout}${stderr}${failure}`,
      });
    });
    child.stdin?.end();
  });
}

const LACKS: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM']);
