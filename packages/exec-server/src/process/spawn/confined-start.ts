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
  const { started, wrapper } = await startWrapper(launch, start);
  void wrapper.gone.then(() => {
    launch.ended();
  });
  if (!(await isSetUp(started.process, wrapper))) throw setUpFailed(complaints);
  return { ...started, wrapper };
}

async function startWrapper(
  launch: OpenLaunch,
  start: (launch: OpenLaunch) => ChildProcess,
): Promise<{ readonly started: StartedProcess; readonly wrapper: WrapperWatch }> {
  try {
    const process = start(launch);
    const wrapper = launch.watch(process);
    return { started: await startedBy(process), wrapper };
  } catch (error) {
    launch.ended();
    throw error;
  }
}

/** How a wrapper's command ended. */
export type EndListener = (code: number | null, signal: NodeJS.Signals | null) => void;

/** The command could not be run in the sandbox, as a shell says it. */
const EXIT_NOT_RUN = 126;

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
    // Its success is that of the command. Otherwise its own failure has to be told from the command's.
    if (exitCode === 0 || exitCode === null) listener(exitCode, signalCode);
    else listener(wrapper.status.exitCode ?? EXIT_NOT_RUN, null);
  });
}

async function isSetUp(process: ChildProcess, wrapper: WrapperWatch): Promise<boolean> {
  const exited = hasEnded(process) ? Promise.resolve() : once(process, 'exit');
  await Promise.race([wrapper.ready, exited]);
  // It told its child before it let go of the other pipe, but that may be read a little later.
  while (wrapper.status.childPid === undefined && !hasEnded(process)) await turn();
  const { childPid } = wrapper.status;
  if (childPid !== undefined && !hasEnded(process) && !isEnding(childPid)) return true;
  // Either it has failed, or the command was as quick as that.
  await wrapper.over;
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
