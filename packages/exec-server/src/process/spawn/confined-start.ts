import type { ChildProcess } from 'node:child_process';
import { readSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import {
  explainFault,
  NotRun,
  type OpenLaunch,
  startWrapper,
  type WrapperWatch,
  whyNotRun,
} from '@holdfast/sandbox';
import { MAX_STATUS_BYTES } from '@holdfast/sandbox/internal';
import type { ChildSpec, Confinement } from './child.js';
import { rememberSandbox } from './group/living-sandboxes.js';
import { SpawnError } from './spawn-error.js';
import { explainSpawnFailure } from './spawn-failure.js';
import type { StartedProcess } from './started-process.js';

/** What to run in a sandbox. */
type ConfinedSpec = ChildSpec & { readonly confinement: Confinement };

/** Whether a child is to be confined. */
export function isConfined(spec: ChildSpec): spec is ConfinedSpec {
  return spec.confinement !== undefined;
}

/**
 * Starts the wrapper of a sandbox and waits until the command runs in it. Nothing is left of a start that fails.
 * @param spawn Calls `spawn` with the wrapper in place of the command.
 * @param complaints Where the wrapper's standard error can be read.
 * @throws SpawnError `sandboxFailed` with the wrapper's complaint, and what can be done about it; where the sandbox was set
 *   up and the command cannot be run in it, what a start without one would say. StalePlan when files have changed since it
 *   was planned. As the set-up that it is the end of.
 */
export async function startConfined(
  spec: ConfinedSpec,
  spawn: (launch: OpenLaunch) => ChildProcess,
  complaints: number,
): Promise<StartedProcess> {
  const { confinement } = spec;
  try {
    const launch = await confinement.open();
    const { setUp } = confinement;
    const complaint = (): string => readComplaint(complaints);
    const { process, wrapper, command } = await startWrapper(launch, { setUp, spawn, complaint });
    rememberSandbox(wrapper);
    const { first } = wrapper;
    if (command === undefined || first === undefined) return { process, wrapper };
    return { process, wrapper, confined: { wrapper: process, first, command } };
  } catch (error) {
    throw error instanceof NotRun ? explained(error, spec) : error;
  }
}

/** How a wrapper's command ended. */
export type EndListener = (code: number | null, signal: NodeJS.Signals | null) => void;

/**
 * Calls `listener` once when a process has ended, also when it ended before; where it is a wrapper, when its sandbox has,
 * with the end of the command.
 */
export function onEnd(process: ChildProcess, wrapper: WrapperWatch | undefined, listener: EndListener): void {
  if (wrapper === undefined) {
    process.once('exit', listener);
    return;
  }
  void wrapper.over.then(turn).then(() => {
    const { exitCode, signalCode } = process;
    if (signalCode !== null) listener(null, signalCode);
    else listener(wrapper.status.exitCode ?? exitCode, null);
  });
}

function explained({ complaint }: NotRun, spec: ChildSpec): SpawnError {
  const code = whyNotRun(complaint);
  if (code === undefined) {
    return new SpawnError('sandboxFailed', `the sandbox could not be set up: ${explainFault(complaint)}`);
  }
  const cause = Object.assign(new Error(complaint), { code });
  const { kind, message } = explainSpawnFailure(cause, spec);
  return new SpawnError(kind, `in its sandbox, ${message}`, cause);
}

function readComplaint(fd: number): string {
  const buffer = Buffer.alloc(MAX_STATUS_BYTES);
  try {
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, null));
  } catch {
    // It said nothing.
    return '';
  }
}
