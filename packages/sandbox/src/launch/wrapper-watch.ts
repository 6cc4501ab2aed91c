import type { ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileIdentity } from '../files/resolve-path.js';
import { StalePlan } from '../files/stale-plan.js';
import { SANDBOX_END_MS } from '../limits.js';
import { untilAborted } from '../until-aborted.js';
import { FirstProcess, type NamedProcess, signalNamed } from './first-process.js';
import { readMountTable } from './mount-table.js';
import { closing, type Pipe, pipeAt } from './pipes.js';
import { type MountOrders, PlannedMounts } from './planned-mounts.js';
import type { SetUp } from './set-up.js';
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
  readonly #gate: Pipe | undefined;
  readonly #ended: Promise<unknown>;
  readonly #mounts: PlannedMounts;
  readonly #seal: Pipe | undefined;
  readonly #namespace: Pipe | undefined;
  readonly #cwd: FileIdentity | undefined;
  readonly #place: Pipe | undefined;
  #first: FirstProcess | undefined;
  #isLetThrough = false;
  #isInPlace: boolean;
  /** Why it was given up, once it was. */
  #problem: Error | undefined;

  constructor(child: WatchedProcess, pipes: WrapperPipes, orders: WrapperOrders) {
    this.#child = child;
    this.#mounts = new PlannedMounts(orders);
    const streams: readonly unknown[] = child.stdio;
    const status = pipeAt(streams, pipes.status);
    status?.on('data', (chunk: Buffer) => {
      this.#status.add(chunk);
      this.#letThrough();
    });
    // Whoever waits for the sandbox waits for its end as well.
    status?.unref();
    this.#gate = pipeAt(streams, pipes.ready);
    this.#gate?.resume();
    this.ready = closing(this.#gate).then((isClean) => isClean && this.#isLetThrough);
    const words = pipeAt(streams, pipes.environment);
    words?.end(orders.environment.map((word) => `${word}\0`).join(''));
    words?.resume();
    void closing(words);
    this.#cwd = orders.cwd;
    this.#isInPlace = orders.cwd === undefined;
    [this.#seal, this.#namespace, this.#place] = [pipes.seal, pipes.namespace, pipes.place].map((at) => {
      const pipe = pipeAt(streams, at);
      pipe?.resume();
      void closing(pipe);
      return pipe;
    });
    const exited = exitOf(child).then(() => {
      // What it had forked by then waits for it.
      if (this.#first === undefined) this.#endGroup();
    });
    this.#ended = Promise.all([exited, closing(status)]);
    this.gone = this.#ended.then(() => {
      this.#mounts.end();
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
    return this.#first;
  }

  /**
   * Settles with the command's process when it runs; with undefined when the wrapper has ended before that was seen.
   * @param setUp What this is the end of. @throws StalePlan where something was mounted elsewhere than planned, for a name has led
   *   there meanwhile; as `setUp.check`. The sandbox has then been ended.
   */
  async running(setUp?: SetUp): Promise<NamedProcess | undefined> {
    try {
      setUp?.begin('starting its wrapper');
      const signal = setUp?.signal ?? NEVER;
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
    const command = this.#first?.command;
    return command !== undefined && signalNamed(command, signal);
  }

  async #commandIn(signal: AbortSignal): Promise<NamedProcess | undefined> {
    const isReady = await untilAborted(this.ready, signal);
    while (isReady && !this.#hasEnded) {
      signal.throwIfAborted();
      const command = this.#first?.command;
      if (command !== undefined && this.#isInPlace) return command;
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

  /**
   * Lets the sandbox go on to the command once its first process is known for good and all is mounted as planned, while there is
   * a wrapper to end it with.
   */
  #letThrough(): void {
    const { pid } = this.#child;
    const { childPid } = this.status;
    if (childPid === undefined || pid === undefined || this.#first !== undefined || this.#hasEnded) return;
    const first = FirstProcess.below(pid, childPid);
    const isHeld = first !== undefined && this.#mounts.takeHold(first);
    if (isHeld instanceof Error) {
      this.#giveUp(isHeld);
    } else if (isHeld) {
      this.#first = first;
      this.#namespace?.end();
      if (this.#seal !== undefined) this.#checkWhenSealed(this.#seal, first);
      this.#checkWhenSetUp(pid, first);
    } else {
      setTimeout(() => this.#letThrough(), RETRY_MS).unref();
    }
  }

  #checkWhenSealed(seal: Pipe, first: FirstProcess): void {
    if (this.#hasEnded || first.isGone) return;
    const isSealed = this.#mounts.isSealed(first.pid);
    if (isSealed instanceof Error) {
      this.#giveUp(isSealed);
    } else if (isSealed) {
      void this.#mounts.close(first).then((problem) => {
        if (problem === undefined) seal.end();
        else this.#giveUp(problem);
      });
    } else {
      setTimeout(() => this.#checkWhenSealed(seal, first), NEXT_LOOK_MS).unref();
    }
  }

  #checkWhenSetUp(wrapperPid: number, first: FirstProcess): void {
    if (this.#hasEnded || first.isGone) return;
    const outside = first.isSetUp ? readMountTable(wrapperPid) : undefined;
    const inside = outside === undefined ? undefined : readMountTable(first.pid);
    if (outside === undefined || inside === undefined) {
      setTimeout(() => this.#checkWhenSetUp(wrapperPid, first), NEXT_LOOK_MS).unref();
      return;
    }
    void this.#mounts.settle(first.pid, outside, inside).then((problem) => {
      this.#isLetThrough = problem === undefined;
      // A byte, and no more: one that is not taken tells that the sandbox was not set up.
      if (problem === undefined) this.#gate?.end('\n');
      else this.#giveUp(problem);
      if (problem === undefined && this.#cwd !== undefined) this.#checkPlace(first, this.#cwd);
    });
  }

  /** The command waits until it has been seen in the directory that was planned. */
  #checkPlace(first: FirstProcess, cwd: FileIdentity): void {
    if (this.#hasEnded || first.isGone) return;
    const { command } = first;
    if (command === undefined) {
      setTimeout(() => this.#checkPlace(first, cwd), NEXT_LOOK_MS).unref();
      return;
    }
    this.#isInPlace = isDirectory(`/proc/${command.pid}/cwd`, cwd);
    if (!this.#isInPlace) this.#giveUp(new StalePlan('its working directory', 'was replaced'));
    // Nothing is heard from there: a library of the command could have kept its end.
    else this.#place?.end('\n', () => this.#place?.destroy());
  }

  #giveUp(problem: Error): void {
    this.#problem = problem;
    this.#endSetUp();
  }

  /** A wrapper that was killed while it set up has left one behind that waits, and would run the command. */
  get #leftBehind(): FirstProcess | undefined {
    const { childPid, pidNamespace } = this.status;
    if (childPid === undefined || pidNamespace === undefined) return undefined;
    return FirstProcess.ofNamespace(pidNamespace, childPid);
  }

  async #endAll(): Promise<void> {
    const first = this.#first ?? this.#leftBehind;
    if (first === undefined) return;
    for (let waitMs = 1; !first.isGone; waitMs = Math.min(2 * waitMs, SLOWEST_LOOK_MS)) {
      if (waitMs < PATIENCE_MS) first.kill();
      else first.killEach();
      await sleep(waitMs, undefined, { ref: false });
    }
  }
}

const NEVER = new AbortController().signal;

/** How long the end of a set-up that was given up is waited for; what the kernel keeps longer is gone when it lets go. */
const GIVEN_UP_MS = 1_000;

/** A sandbox is set up in some tens of them. */
const NEXT_LOOK_MS = 1;

/** Without a free descriptor nobody can look. */
const RETRY_MS = 50;

/** What ends by itself has mostly done so by then. */
const PATIENCE_MS = 16;

const SLOWEST_LOOK_MS = 250;

function isDirectory(path: string, { device, inode }: FileIdentity): boolean {
  try {
    const { dev, ino } = statSync(path);
    return dev === device && ino === inode;
  } catch {
    // It has ended, or nobody can tell.
    return false;
  }
}

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
