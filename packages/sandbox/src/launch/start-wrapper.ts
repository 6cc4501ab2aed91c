import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { checkSpareDescriptors } from '../files/spare-descriptors.js';
import { StalePlan } from '../files/stale-plan.js';
import { hasLostPath } from '../machine/bwrap-fault.js';
import type { NamedProcess } from './first-process.js';
import type { OpenLaunch } from './open-launch.js';
import type { SetUp } from './set-up.js';
import type { WrapperWatch } from './wrapper-watch.js';

/** How the wrapper of a sandbox is started. */
export interface WrapperStart {
  /** What the start is the end of. */
  readonly setUp: SetUp;
  /** Calls `spawn` with the wrapper in place of the command. */
  readonly spawn: (launch: OpenLaunch) => ChildProcess;
  /** What the wrapper has printed on its standard error; asked for at most once, when it has ended without a command. */
  readonly complaint: () => string | Promise<string>;
}

/** A wrapper whose command runs, or has run. */
export interface StartedWrapper {
  readonly process: ChildProcess & { readonly pid: number };
  readonly wrapper: WrapperWatch;
  /** Undefined where it had ended before it was seen. */
  readonly command: NamedProcess | undefined;
}

/** A wrapper has ended, and the command has not run. */
export class NotRun extends Error {
  override readonly name = 'NotRun';
  /** In the words of the wrapper. */
  readonly complaint: string;
  /** Whether the sandbox was set up, so that it was the command that could not be executed. */
  readonly isSetUp: boolean;

  constructor(complaint: string, isSetUp: boolean) {
    super(`the command of a sandbox was not run: ${complaint.trim()}`);
    this.complaint = complaint;
    this.isSetUp = isSetUp;
  }
}

/**
 * Starts the wrapper of a sandbox and waits until the command runs in it. Nothing is left of a start that fails.
 * @throws StalePlan when what it shows has gone since it was planned; NotRun when the command was not run for another reason; what
 *   `spawn` says of a wrapper that is none; as `setUp.check`.
 */
export async function startWrapper(
  launch: OpenLaunch,
  { setUp, spawn, complaint }: WrapperStart,
): Promise<StartedWrapper> {
  const { process, wrapper } = await begin(launch, spawn);
  void wrapper.gone.then(launch.ended);
  const command = await wrapper.running(setUp);
  // It may have been as quick as that.
  const hasRun = wrapper.status.exitCode !== undefined || process.signalCode !== null;
  if (command !== undefined || hasRun) return { process, wrapper, command };
  await setUp.until(wrapper.over);
  const words = await setUp.until(Promise.resolve(complaint()));
  if (!hasLostPath(words)) throw new NotRun(words, await wrapper.ready);
  throw new StalePlan(`what it shows (${words.trim().replaceAll('\n', ' ')})`, 'has gone');
}

const STANDARD_STREAMS = ['pipe', 'pipe', 'pipe'] as const;

async function begin(
  launch: OpenLaunch,
  spawn: WrapperStart['spawn'],
): Promise<Pick<StartedWrapper, 'process' | 'wrapper'>> {
  try {
    checkSpareDescriptors([...STANDARD_STREAMS, ...launch.stdio]);
    const process = spawn(launch);
    // Before anything else can fail: an error that nobody hears ends this program.
    const failure = once(process, 'error');
    failure.catch(() => undefined);
    const wrapper = launch.watch(process);
    // Node keeps them for as long as somebody knows the process, and a long plan has megabytes of them.
    process.spawnargs.length = 0;
    if (hasPid(process)) return { process, wrapper };
    const [error]: unknown[] = await failure.catch((reason: unknown) => [reason]);
    throw error;
  } catch (error) {
    launch.ended();
    throw error;
  }
}

function hasPid(process: ChildProcess): process is StartedWrapper['process'] {
  return process.pid !== undefined;
}
