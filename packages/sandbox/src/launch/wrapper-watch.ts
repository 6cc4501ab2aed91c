import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileIdentity } from '../files/resolve-path.js';
import { SANDBOX_END_MS } from '../limits.js';
import { NEVER_ABORTED, untilAborted } from '../until-aborted.js';
import { FirstProcess, type NamedProcess, signalNamed } from './first-process.js';
import { closing, pipeAt } from './pipes.js';
import { type MountOrders, PlannedMounts } from './planned-mounts.js';
import type { SetUp } from './set-up.js';
import { SetUpGates } from './set-up-gates.js';
import { type WrapperStatus, WrapperStatusReader } from './wrapper-status.js';

/** Which of a wrapper's streams is which. */
export interface WrapperPipes {
  readonly status: number;
  readonly environment: number;
  readonly ready: number;
  /** Undefined where the host is taken to be read-only. */
  readonly seal?: number | undefined;
  /** Undefined where nothing is opened. */
  readonly namespace?: number | undefined;
  /** Undefined where the command may run in whatever its directory is by then. */
  readonly place?: number | undefined;
}

/** What a wrapper is to do, and what must be mounted where before the command runs. */
export interface WrapperOrders extends MountOrders {
  /** Words of its own, which set the environment of the command. */
  readonly environment: readonly string[];
  /** Which directory the command must be in; default whichever it comes to. */
  readonly cwd?: FileIdentity | undefined;
}

/** What is watched of a wrapper's process. */
export type WatchedProcess = Pick<ChildProcess, 'pid' | 'stdio' | 'exitCode' | 'signalCode' | 'once'>;

/** The pipes between this program and one wrapper, and what becomes of its sandbox. */
export class WrapperWatch {
  /** Settles with true when the sandbox is set up and the command about to run, with false when the wrapper has failed. */
  readonly ready: Promise<boolean>;
  /**
   * Settles when the wrapper and all that ran inside have ended; what outlives the wrapper is ended. Not before: until then
   * the command may be at work, whatever the wrapper has told.
   */
  readonly gone: Promise<void>;
  /** The same with true; with false when something is left `SANDBOX_END_MS` after the end of the wrapper. */
  readonly over: Promise<boolean>;
  readonly #child: WatchedProcess;
  readonly #status = new WrapperStatusReader();
  readonly #ended: Promise<unknown>;
  readonly #gates: SetUpGates;
  #isAtGates = false;
  /** Why it was given up, once it was. */
  #problem: Error | undefined;

  constructor(child: WatchedProcess, pipes: WrapperPipes, orders: WrapperOrders) {
    this.#child = child;
    const streams: readonly unknown[] = child.stdio;
    const status = pipeAt(streams, pipes.status);
    status?.on('data', (chunk: Buffer) => {
      this.#status.add(chunk);
      this.#letThrough();
    });
    // Whoever waits for the sandbox waits for its end as well.
    status?.unref();
    const mounts = new PlannedMounts(orders);
    const gates = {
      ready: pipeAt(streams, pipes.ready),
      seal: pipeAt(streams, pipes.seal),
      namespace: pipeAt(streams, pipes.namespace),
      place: pipeAt(streams, pipes.place),
    };
    this.#gates = new SetUpGates(gates, { mounts, cwd: orders.cwd }, () => this.#hasEnded);
    this.ready = closing(gates.ready).then((isClean) => isClean && this.#gates.isLetThrough);
    const words = pipeAt(streams, pipes.environment);
    words?.end(orders.environment.map((word) => `${word}\0`).join(''));
    words?.resume();
    void closing(words);
    const exited = exitOf(child).then(() => {
      // What it had forked by then waits for it.
      if (this.first === undefined) this.#endGroup();
    });
    this.#ended = Promise.all([exited, closing(status)]);
    this.gone = this.#ended.then(() => {
      mounts.end();
      return this.#endAll();
    });
    this.over = this.#ended.then(() => isWithin(SANDBOX_END_MS, this.gone));
  }

  /** What it has told so far; all that it will tell once it has ended. */
  get status(): WrapperStatus {
    return this.#status.status;
  }

  /** The first process of the sandbox; undefined until the wrapper has told of it. */
  get first(): NamedProcess | undefined {
    return this.#gates.first;
  }

  /**
   * Settles with the command's process when it runs; with undefined when the wrapper has ended before that was seen.
   * @param setUp What this is the end of. @throws StalePlan where something was mounted elsewhere than planned, for a name has led
   *   there meanwhile; as `setUp.check`. The sandbox has then been ended.
   */
  async running(setUp?: SetUp): Promise<NamedProcess | undefined> {
    try {
      setUp?.begin('starting its wrapper');
      const signal = setUp?.signal ?? NEVER_ABORTED;
      const command = await this.#commandIn(signal);
      if (this.#problem !== undefined) throw this.#problem;
      return command;
    } catch (error) {
      this.#endSetUp();
      await isWithin(GIVEN_UP_MS, this.gone);
      throw error;
    }
  }

  /** Signals the command. @returns false when it does not run. */
  signalCommand(signal: NodeJS.Signals): boolean {
    const command = this.#gates.first?.command;
    return command !== undefined && signalNamed(command, signal);
  }

  async #commandIn(signal: AbortSignal): Promise<NamedProcess | undefined> {
    const isReady = await untilAborted(this.ready, signal);
    while (isReady && !this.#hasEnded) {
      signal.throwIfAborted();
      const command = this.#gates.first?.command;
      if (command !== undefined && this.#gates.isInPlace) return command;
      await sleep(1);
    }
    await untilAborted(this.#ended, signal);
    return undefined;
  }

  /** At any moment of a set-up what the wrapper has forked is in its group, but may not end with it yet. */
  #endSetUp(): void {
    if (!this.#hasEnded) this.#endGroup();
  }

  #endGroup(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    // What is about to become the wrapper of a terminal does not lead a group yet.
    for (const target of this.#hasEnded ? [-pid] : [-pid, pid, -pid]) {
      try {
        process.kill(target, 'SIGKILL');
      } catch {
        // Nobody is there.
      }
    }
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Once it has told of its first process. */
  #letThrough(): void {
    const { pid } = this.#child;
    const { childPid } = this.status;
    if (childPid === undefined || pid === undefined || this.#isAtGates) return;
    this.#isAtGates = true;
    void this.#gates.letThrough(pid, childPid).catch((problem: unknown) => {
      this.#giveUp(problem);
    });
  }

  #giveUp(problem: unknown): void {
    this.#problem = problem instanceof Error ? problem : new Error(String(problem));
    this.#endSetUp();
  }

  /** A wrapper that was killed while it set up has left one behind that waits, and would run the command. */
  get #leftBehind(): FirstProcess | undefined {
    const { childPid, pidNamespace } = this.status;
    if (childPid === undefined || pidNamespace === undefined) return undefined;
    return FirstProcess.ofNamespace(pidNamespace, childPid);
  }

  async #endAll(): Promise<void> {
    const first = this.#gates.first ?? this.#leftBehind;
    if (first === undefined) return;
    for (let waitMs = 1; !first.isGone; waitMs = Math.min(2 * waitMs, SLOWEST_LOOK_MS)) {
      if (waitMs < PATIENCE_MS) first.kill();
      else first.killEach();
      await sleep(waitMs, undefined, { ref: false });
    }
  }
}

/** How long the end of a set-up that was given up is waited for; what the kernel keeps longer is gone when it lets go. */
const GIVEN_UP_MS = 1_000;

/** What ends by itself has mostly done so by then. */
const PATIENCE_MS = 16;

const SLOWEST_LOOK_MS = 250;

/** Never settles for what was not started. */
function exitOf(child: WatchedProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
}

function isWithin(limitMs: number, event: Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const deadline = setTimeout(resolve, limitMs, false);
    void event.then(() => {
      clearTimeout(deadline);
      resolve(true);
    });
  });
}
