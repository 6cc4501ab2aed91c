import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { explainFault, type OpenLaunch, type WrapperWatch } from '@holdfast/sandbox';
import type { Confinement } from './child.js';
import { isEnding } from './process-tree.js';
import { SpawnError } from './spawn-error.js';
import { type StartedProcess, startedBy } from './started-process.js';

/**
 * Starts the wrapper of a sandbox and waits until the sandbox is set up. Nothing is left of a start that fails.
 * @param start Calls `spawn` with the wrapper in place of the command.
 * @param complaints Where the wrapper's standard error can be read.
 * @throws SpawnError `sandboxFailed` with the wrapper's complaint, and what can be done about it.
 */
export async function startConfined(
  confinement: Confinement,
  start: (launch: OpenLaunch) => ChildProcess,
  complaints: number,
): Promise<StartedProcess> {
  const launch = confinement.open();
  try {
    const process = start(launch);
    const wrapper = launch.watch(process);
    const started = await startedBy(process);
    process.once('exit', () => {
      launch.ended();
    });
    if (!(await isSetUp(process, wrapper))) throw setUpFailed(complaints);
    return { ...started, wrapper };
  } catch (error) {
    launch.ended();
    throw error;
  }
}

/** How a wrapper's command ended. */
export type EndListener = (code: number | null, signal: NodeJS.Signals | null) => void;

/** The command could not be run in the sandbox, as a shell says it. */
const EXIT_NOT_RUN = 126;

/** Calls `listener` once when a process has ended, also when it ended before; with the command's end where it is a wrapper. */
export function onEnd(process: ChildProcess, wrapper: WrapperWatch | undefined, listener: EndListener): void {
  if (wrapper === undefined) {
    process.once('exit', listener);
    return;
  }
  const tell: EndListener = (code, signal) => {
    // Its success is that of the command. Otherwise its own failure has to be told from the command's.
    if (code === 0 || code === null) listener(code, signal);
    else void wrapper.told.then(() => listener(wrapper.status.exitCode ?? EXIT_NOT_RUN, null));
  };
  if (hasEnded(process)) setImmediate(tell, process.exitCode, process.signalCode);
  else process.once('exit', tell);
}

async function isSetUp(process: ChildProcess, wrapper: WrapperWatch): Promise<boolean> {
  const exited = hasEnded(process) ? Promise.resolve() : once(process, 'exit');
  await Promise.race([wrapper.ready, exited]);
  // It told its child before it let go of the other pipe, but that may be read a little later.
  while (wrapper.status.childPid === undefined && !hasEnded(process)) await turn();
  const { childPid } = wrapper.status;
  if (childPid !== undefined && !hasEnded(process) && !isEnding(childPid)) return true;
  // Either it has failed, or the command was as quick as that.
  await Promise.all([exited, wrapper.told]);
  return wrapper.status.exitCode !== undefined || process.signalCode !== null;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

const COMPLAINT_BYTES = 4096;

function setUpFailed(complaints: number): SpawnError {
  return new SpawnError(
    'sandboxFailed',
    `the sandbox could not be set up: ${explainFault(readComplaint(complaints))}`,
  );
}

function readComplaint(fd: number): string {
  const buffer = Buffer.alloc(COMPLAINT_BYTES);
  try {
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, null));
  } catch {
    // It said nothing.
    return '';
  }
}
