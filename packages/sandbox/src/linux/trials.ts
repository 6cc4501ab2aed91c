import { execFile } from 'node:child_process';
import { SharedLooks } from '../files/shared-looks.js';
import { PROBE_FAILURE_KEPT_MS, PROBE_TIMEOUT_MS } from '../limits.js';
import { NAMESPACES } from './bwrap-plan.js';
import type { MayReplace } from './find-bwrap.js';

/** What bubblewrap is started with: a program, and its words up to where bubblewrap and its own follow. */
export type Starter = readonly [string, ...string[]];

/**
 * Whether a bubblewrap works here when it is started so. That it does is kept; a failure for `PROBE_FAILURE_KEPT_MS`.
 * @param programs What the starter runs. Nothing is tried while a command may replace one of them, for a plan with which it
 *   could is refused.
 * @param bwrap The absolute path of a bubblewrap that works here and that no command could have put there.
 * @param signal Ends the wait, and the trial when nobody else waits for it. @throws its reason.
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
  const known = knownOf(key);
  if (known !== undefined) return known;
  if (programs.some(mayReplace)) return false;
  return await trials.ask(
    key,
    (unwanted) => tryOut(key, [...call, ...TRIAL, bwrap, '--version'], unwanted),
    signal,
  );
}

const trials = new SharedLooks<boolean>();

const results = new Map<string, { readonly works: boolean; readonly triedAtMs: number }>();

/** A failure may pass, with a busy moment or a setting of this machine. */
function knownOf(key: string): boolean | undefined {
  const known = results.get(key);
  const isKept = known?.works === true || Date.now() - (known?.triedAtMs ?? 0) < PROBE_FAILURE_KEPT_MS;
  return isKept ? known?.works : undefined;
}

/** Whoever has asked during a trial has its result. */
async function tryOut(key: string, call: Starter, signal: AbortSignal): Promise<boolean> {
  const known = knownOf(key);
  if (known !== undefined) return known;
  const works = await runs(call, signal);
  signal.throwIfAborted();
  results.set(key, { works, triedAtMs: Date.now() });
  return works;
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

function runs([program, ...args]: Starter, signal: AbortSignal): Promise<boolean> {
  const options = { env: {}, cwd: '/', timeout: PROBE_TIMEOUT_MS, killSignal: 'SIGKILL' as const, signal };
  return new Promise((resolve) => {
    const child = execFile(program, args, options, (error) => resolve(error === null));
    child.stdin?.end();
  });
}
