import {
  ExecError,
  isSignalName,
  MAX_LOG_SIZES,
  type ProcessId,
  type SandboxDenial,
  type SignalName,
  type TerminalSize,
  type WriteId,
} from '@holdfast/exec-protocol';
import type { Clock, Timer } from '../clock.js';
import { LongPolls } from './follow/long-poll.js';
import type { Guardian } from './guardian/guardian.js';
import { EventLog } from './log/event-log.js';
import type { LogMemory } from './log/log-memory.js';
import type { Retention } from './log/log-options.js';
import type { OpenSpill } from './log/log-spill.js';
import { RecentOutput } from './recent-output.js';
import type { WriteStatus } from './remembered-writes.js';
import type { DenialJudge } from './sandbox/sandbox.js';
import type { ShownCommand } from './shown-command.js';
import type { Child, ChildExit, OutputStream } from './spawn/child.js';
import type { OsProcesses } from './spawn/os-processes.js';
import type { PipeHolder } from './spawn/pipe/pipe-holders.js';
import { StdinQueue } from './stdin-queue.js';

/** Whom a signal is for. */
export type SignalTarget = 'process' | 'group' | 'tree';

/** Whether a process ends with its session or lives as long as the server. */
type Lifetime = 'session' | 'server';

/** What is fixed about a process from its start. */
export interface ProcessTraits extends ShownCommand {
  /** What its own session calls it. */
  readonly id: ProcessId;
  /** Unique on this server; no credential. */
  readonly ref: string;
  /** A public label of the session that started it. */
  readonly session: string;
  /** Who may see it. */
  readonly principal: string;
  readonly tty: boolean;
  readonly lifetime: Lifetime;
  readonly retention: Retention;
  /** How long after its exit a descendant may hold the output; undefined for ever. */
  readonly drainMs: number | undefined;
  /** Unix time in milliseconds. */
  readonly startedAtMs: number;
}

/** What a process needs around it. */
export interface ManagedProcessHost {
  readonly clock: Clock;
  readonly guardian: Pick<Guardian, 'watch' | 'forget'>;
  readonly processes: Pick<OsProcesses, 'kill' | 'signalTree' | 'holdersOf'>;
  readonly openSpill: OpenSpill;
  readonly logMemory: LogMemory;
  /** Called when it has closed and nobody is owed any of its output; perhaps more than once. */
  onDelivered(process: ManagedProcess): void;
  /** Called when somebody is owed its output again after all. */
  onOwed(process: ManagedProcess): void;
}

/** Output of a terminated process is waited for this long after its exit, in case something still holds the pipe. */
const CUT_AFTER_MS = 500;

/** One process: its child, its log, and everything that reads or feeds them. */
export class ManagedProcess {
  readonly traits: ProcessTraits;
  readonly log: EventLog;
  readonly polls: LongPolls;
  readonly #host: ManagedProcessHost;
  /** Until it is closed, for it knows all that it was started with. */
  #child: Child | undefined;
  #pid = 0;
  /** Until it has ended, for it knows what its sandbox was asked for. */
  #verdict: { readonly judge: DenialJudge; readonly output: RecentOutput } | undefined;
  #afterExit: (() => void) | undefined;
  #stdin: StdinQueue | undefined;
  #hasOwner = true;
  #isPaused = false;
  /** Also while it is judged why, before the log says so. */
  #hasEnded = false;
  /** Until that is told; then it may be closed. */
  #judging: Promise<void> | undefined;
  #isTerminating = false;
  #pendingKills = 0;
  #cut: Timer | undefined;
  #holders: readonly PipeHolder[] | undefined;
  #closed: (() => void)[] = [];

  constructor(traits: ProcessTraits, host: ManagedProcessHost) {
    this.traits = traits;
    this.#host = host;
    this.log = new EventLog({
      retention: traits.retention,
      openSpill: host.openSpill,
      memory: host.logMemory,
      onRoom: () => {
        this.#regulate();
      },
      clock: host.clock,
    });
    this.polls = new LongPolls(this.log, host.clock);
  }

  get pid(): number {
    return this.#pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && !this.#hasEnded;
  }

  /** Whether some session's push is owed everything. A process that outlived its session has no owner. */
  get hasOwner(): boolean {
    return this.#hasOwner;
  }

  /** Who still held the output when it was cut; undefined when it ended by itself. */
  get holders(): readonly PipeHolder[] | undefined {
    return this.#holders;
  }

  /** Takes over the child that this process was started for. */
  adopt(child: Child, hasStdin: boolean): void {
    this.#child = child;
    this.#pid = child.pid;
    for (const leader of child.groupIds) this.#host.guardian.watch(leader);
    if (this.traits.tty || hasStdin) this.#stdin = new StdinQueue(child, { isTerminal: this.traits.tty });
    this.#regulate();
  }

  /** Says who decides whether a failure was the work of its sandbox; without one it was not. */
  judgeBy(judge: DenialJudge): void {
    this.#verdict = { judge, output: new RecentOutput(this.log) };
  }

  /** Has something done when the process has exited, once. */
  onceExited(run: () => void): void {
    this.#afterExit = run;
  }

  onOutput(stream: OutputStream, bytes: Uint8Array): void {
    this.#verdict?.output.add(bytes);
    this.log.appendOutput(stream, bytes);
    this.#regulate();
  }

  onExit({ exitCode, signal }: ChildExit): void {
    this.#hasEnded = true;
    for (const leader of this.#child?.groupIds ?? []) this.#host.guardian.forget(leader);
    const verdict = this.#verdict;
    this.#verdict = undefined;
    const tell = (denial?: SandboxDenial): void => {
      this.#judging = undefined;
      this.log.appendExited(exitCode, signal !== null && isSignalName(signal) ? signal : null, denial);
      this.#afterExit?.();
      this.#afterExit = undefined;
    };
    if (exitCode === 0 || verdict === undefined) tell();
    else this.#judging = verdict.judge(exitCode, () => verdict.output.text).then(tell);
    this.#stdin?.break();
    const waitMs = this.#isTerminating ? CUT_AFTER_MS : this.traits.drainMs;
    if (waitMs !== undefined) this.#cutAfter(waitMs);
  }

  onClosed(): void {
    this.#cut?.cancel();
    if (this.#judging === undefined) this.#close();
    else void this.#judging.then(() => this.#close());
  }

  onStdinClosed(): void {
    this.#stdin?.close();
  }

  /** The owner's position has moved, so there may be room for more output. */
  ownerMoved(hasEverything: boolean): void {
    this.#regulate();
    if (hasEverything) this.#host.onDelivered(this);
  }

  /** The owner takes something again that it had taken before. */
  ownerWentBack(): void {
    this.#host.onOwed(this);
  }

  /** The session that was owed everything has ended. */
  ownerLeft(): void {
    this.#hasOwner = false;
    if (this.log.closed !== undefined) this.#host.onDelivered(this);
  }

  /** Another session takes over what is owed. @returns false when there is an owner already. */
  takeOwnership(): boolean {
    if (this.#hasOwner) return false;
    this.#hasOwner = true;
    return true;
  }

  /** @throws ExecError `stdinBroken` when the process has ended and this write is not a repeat. */
  write(writeId: WriteId, bytes: Uint8Array): Promise<WriteStatus> {
    return this.#stdin?.write(writeId, bytes) ?? Promise.resolve('stdinClosed');
  }

  closeStdin(): Promise<WriteStatus> {
    return this.#stdin?.end() ?? Promise.resolve('stdinClosed');
  }

  /**
   * Changes the size of the terminal, and says so in the log. Does nothing without a terminal or after the exit.
   * @throws ExecError `limitExceeded` while too many sizes wait for the owner.
   */
  resize(size: TerminalSize): void {
    if (!this.isRunning || this.#child?.resize === undefined) return;
    if (!this.log.takesSize) throw tooManySizes();
    this.#child.resize(size);
    this.log.appendResized(size);
  }

  /** Does nothing once the process has exited: what it left behind is not the caller's to signal. */
  signal(signal: SignalName, target: SignalTarget): void {
    if (this.#child === undefined || !this.isRunning) return;
    if (target === 'process') this.#child.signalProcess(signal);
    else if (target === 'group') this.#child.signalGroup(signal);
    else this.#host.processes.signalTree(this.#child, signal);
  }

  /**
   * Ends the process: at once, or with SIGTERM first and SIGKILL after `graceMs`.
   * @returns whether it was running; one that has exited is left alone, and so is what it left behind.
   */
  terminate(graceMs: number | undefined): boolean {
    if (this.#child === undefined || !this.isRunning) return false;
    this.#isTerminating = true;
    if (graceMs === undefined) this.#host.processes.kill(this.#child);
    else this.#terminateGently(graceMs);
    return true;
  }

  /** Ends the process and whatever holds its output, and waits until it is closed. */
  async dispose(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    if (this.log.closed !== undefined) {
      if (this.#pendingKills > 0) this.#host.processes.kill(child);
      return;
    }
    const closed = new Promise<void>((resolve) => this.#closed.push(resolve));
    this.#host.processes.kill(child);
    if (!this.#hasEnded) this.#isTerminating = true;
    else child.cutOutput();
    await closed;
  }

  #close(): void {
    this.log.appendClosed();
    for (const tell of this.#closed.splice(0)) tell();
    this.#letGo();
    if (!this.#hasOwner) this.#host.onDelivered(this);
  }

  #terminateGently(graceMs: number): void {
    this.signal('SIGTERM', 'tree');
    // A stopped process sees SIGTERM only once it continues.
    this.signal('SIGCONT', 'tree');
    // What ignores SIGTERM may outlive the process itself, and the wait for its output as well.
    this.#pendingKills += 1;
    this.#host.clock.after(graceMs, () => {
      this.#pendingKills -= 1;
      if (this.#child !== undefined) this.#host.processes.kill(this.#child);
      this.#letGo();
    });
  }

  /** Forgets a child that is closed, once nothing is left to be done to what it left behind. */
  #letGo(): void {
    if (this.log.closed !== undefined && this.#pendingKills === 0) this.#child = undefined;
  }

  #cutAfter(waitMs: number): void {
    this.#cut = this.#host.clock.after(waitMs, () => {
      const child = this.#child;
      if (child === undefined || this.log.closed !== undefined) return;
      this.#holders = this.#host.processes.holdersOf(child);
      child.cutOutput();
    });
  }

  #regulate(): void {
    if (this.#child === undefined) return;
    if (!this.#isPaused && this.log.isFull) {
      this.#isPaused = true;
      this.#child.pauseOutput();
    } else if (this.#isPaused && this.log.hasRoom) {
      this.#isPaused = false;
      this.#child.resumeOutput();
    }
  }
}

function tooManySizes(): ExecError {
  return new ExecError(
    'limitExceeded',
    `${String(MAX_LOG_SIZES)} sizes of the terminal wait for the client that started it; resize it when that has taken some`,
  );
}

/** The error that says that an id names no process. */
export function unknownProcess(id: string): ExecError {
  return new ExecError(
    'processUnknown',
    `unknown process id ${JSON.stringify(id)}; it was never started here, or closed too long ago`,
  );
}
