import { spawnSync } from 'node:child_process';
import { PROBE_FAILURE_KEPT_MS, PROBE_TIMEOUT_MS } from '../limits.js';
import { explainFault } from './bwrap-fault.js';
import { NAMESPACES, OWN_NETWORK } from './bwrap-plan.js';
import { findBwrap, type ProgramFile } from './find-bwrap.js';
import { findRenamer, type ProgramRenamer } from './program-renamer.js';

/** Whether this host can confine processes with bubblewrap, and if not, why and what to do. */
export type BwrapCapability = WorkingBwrap | { readonly works: false; readonly problem: string };

/** A bubblewrap that can confine processes here. */
export interface WorkingBwrap {
  readonly works: true;
  /** Its absolute path. */
  readonly program: string;
  /** How programs get other names. */
  readonly renamer?: ProgramRenamer | undefined;
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
  ...['--cap-drop', 'ALL', '--die-with-parent', '--'],
];

const results = new Map<string, { readonly capability: BwrapCapability; readonly triedAtMs: number }>();

/**
 * Tries bubblewrap by doing what a sandbox does. That it works is kept until the program is replaced. A failure may pass,
 * with a busy moment or a setting of this machine, and is kept for `PROBE_FAILURE_KEPT_MS` only.
 */
export function probeBwrap(searchPath: string): BwrapCapability {
  const found = findBwrap(searchPath);
  if (found === undefined) {
    return { works: false, problem: 'there is no bwrap on the PATH of the executor; install bubblewrap' };
  }
  const key = `${found.path} ${found.version}`;
  const known = results.get(key);
  const isKept =
    known?.capability.works === true || Date.now() - (known?.triedAtMs ?? 0) < PROBE_FAILURE_KEPT_MS;
  if (known !== undefined && isKept) return known.capability;
  const capability = tryOut(found);
  results.set(key, { capability, triedAtMs: Date.now() });
  return capability;
}

function tryOut({ path: program }: ProgramFile): BwrapCapability {
  const help = run(program, ['--help']);
  const missing = NEEDED_OPTIONS.filter((option) => !help.output.includes(`${option} `));
  if (missing.length > 0) {
    return {
      works: false,
      problem: `${program} has no ${missing.join(', ')}; install bubblewrap 0.10 or newer`,
    };
  }
  const trial = run(program, [...TRIAL, program, '--version']);
  if (!trial.succeeded) return { works: false, problem: explainFault(trial.output) };
  return { works: true, program, renamer: findRenamer(help.output.includes('--argv0 ')) };
}

function run(
  program: string,
  args: readonly string[],
): { readonly succeeded: boolean; readonly output: string } {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    env: {},
    cwd: '/',
    timeout: PROBE_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const failure = error === undefined ? '' : `\n${error.message}`;
  return { succeeded: status === 0, output: `${stdout}${stderr}${failure}` };
}
