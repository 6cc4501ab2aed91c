import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SharedLooks } from '../files/shared-looks.js';
import { PROBE_FAILURE_KEPT_MS, PROBE_TIMEOUT_MS } from '../limits.js';
import { NAMESPACES } from './bwrap-plan.js';
import type { MayReplace } from './find-bwrap.js';

/**
 * What becomes of mounts that this machine makes while a command runs: they do not spread at all, or they would, and are kept
 * out of a sandbox or seen in it, for what their own flags allow.
 */
export type LateMounts = 'none' | 'keptOut' | 'seen';

const UNSHARE = '/usr/bin/unshare';

/**
 * What bubblewrap is started with so that no later mount reaches it: it takes them over from where it was started, and here
 * that is a copy which gets none. An ordinary user may make one only together with a user namespace.
 */
export const KEEP_OUT_LATE_MOUNTS: readonly [string, ...string[]] = [
  UNSHARE,
  ...['--user', '--map-current-user', '--mount', '--propagation', 'private', '--'],
];

/**
 * Asks this machine, as it is mounted now.
 * @param bwrap The absolute path of a bubblewrap that works here and that no command could have put there.
 * @param signal Ends the wait, and the trial when nobody else waits for it. @throws its reason.
 */
export async function lateMountsBelow(
  bwrap: string,
  mayReplace: MayReplace,
  signal: AbortSignal,
): Promise<LateMounts> {
  if (!takesOverMounts(mountsOfThisProcess())) return 'none';
  const known = knownOf(bwrap);
  // Nothing is run here for what is known, and a plan with which it could be replaced is refused.
  if (known === undefined && mayReplace(UNSHARE)) return 'seen';
  const isKeptOut = known ?? (await trials.ask(bwrap, (unwanted) => tryOut(bwrap, unwanted), signal));
  return isKeptOut ? 'keptOut' : 'seen';
}

/** Whether mounts that are made elsewhere can appear in a mount table. @param table As in `/proc/PID/mountinfo`. */
export function takesOverMounts(table: string): boolean {
  // After the six fixed fields; of those only paths are free text, and they begin with a slash.
  return / (?:shared|master):\d/.test(table);
}

const trials = new SharedLooks<boolean>();

const results = new Map<string, { readonly isKeptOut: boolean; readonly triedAtMs: number }>();

/** A failure may pass, with a busy moment or a setting of this machine. */
function knownOf(program: string): boolean | undefined {
  const known = results.get(program);
  const isKept = known?.isKeptOut === true || Date.now() - (known?.triedAtMs ?? 0) < PROBE_FAILURE_KEPT_MS;
  return isKept ? known?.isKeptOut : undefined;
}

/** Whoever has asked during a trial has its result. */
async function tryOut(program: string, signal: AbortSignal): Promise<boolean> {
  const known = knownOf(program);
  if (known !== undefined) return known;
  const isKeptOut = await runs([...KEEP_OUT_LATE_MOUNTS, program, ...TRIAL, program, '--version'], signal);
  signal.throwIfAborted();
  results.set(program, { isKeptOut, triedAtMs: Date.now() });
  return isKeptOut;
}

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

function runs([program, ...args]: readonly [string, ...string[]], signal: AbortSignal): Promise<boolean> {
  const options = { env: {}, cwd: '/', timeout: PROBE_TIMEOUT_MS, killSignal: 'SIGKILL' as const, signal };
  return new Promise((resolve) => {
    const child = execFile(program, args, options, (error) => resolve(error === null));
    child.stdin?.end();
  });
}

function mountsOfThisProcess(): string {
  return readFileSync('/proc/self/mountinfo', 'utf8');
}
