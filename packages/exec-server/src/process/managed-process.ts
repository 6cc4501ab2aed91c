import {
  ExecError,
  isSignalName,
  type ProcessId,
  type SignalName,
  type WriteId,
} from '@holdfast/exec-protocol';
import type { Clock } from '../clock.js';
import { EventLog, type LogEvent } from './event-log.js';
import { LongPolls } from './long-poll.js';
import { PushCursor } from './push-cursor.js';
import type { Child, ChildExit, OutputStream } from './spawn/child.js';
import { killNow, signalTree } from './spawn/terminate.js';
import { StdinQueue, type WriteStatus } from './stdin-queue.js';

/** Whom a signal is for. */
export type SignalTarget = 'process' | 'group' | 'tree';

/** What a process tells its session. */
export interface ProcessListener {
  /** There may be something to push. */
  onNews(process: ManagedProcess): void;
  /** Everything was pushed, the last event included. */
  onDelivered(process: ManagedProcess): void;
}

/** Output of a terminated process is waited for this long after its exit, in case something still holds the pipe. */
const CUT_AFTER_MS = 500;

/** One process: its child, its log, and everything that reads or feeds them. */
export class ManagedProcess {
  readonly id: ProcessId;
  readonly log = new EventLog();
  readonly polls: LongPolls;
  readonly #clock: Clock;
  readonly #listener: ProcessListener;
  readonly #cursor: PushCursor;
  #child: Child | undefined;
  #stdin: StdinQueue | undefined;
  #isPaused = false;
  #isTerminating = false;
  #isDelivered = false;
  #pendingKills = 0;
  #closed: (() => void)[] = [];

  constructor(id: ProcessId, windowBytes: number | undefined, clock: Clock, listener: ProcessListener) {
    this.id = id;
    this.#clock = clock;
    this.#listener = listener;
    this.#cursor = new PushCursor(this.log, windowBytes);
    this.polls = new LongPolls(this.log, clock);
    this.log.onAppend(() => {
      this.#listener.onNews(this);
    });
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.log.exited === undefined;
  }

  /** Takes over the child that this process was started for. */
  adopt(child: Child, hasStdin: boolean): void {
    this.#child = child;
    if (hasStdin) this.#stdin = new StdinQueue(child);
    this.#regulate();
  }

  onOutput(stream: OutputStream, bytes: Uint8Array): void {
    this.log.appendOutput(stream, bytes);
    this.#regulate();
  }

  onExit({ exitCode, signal }: ChildExit): void {
    this.log.appendExited(exitCode, signal !== null && isSignalName(signal) ? signal : null);
    this.#stdin?.break();
    if (this.#isTerminating) this.#cutLater();
  }

  onClosed(): void {
    this.log.appendClosed();
    for (const tell of this.#closed.splice(0)) tell();
  }

  onStdinClosed(): void {
    this.#stdin?.close();
  }

  /** The next event that may be pushed to the owner. */
  takeEvent(): LogEvent | undefined {
    const event = this.#cursor.take();
    this.#regulate();
    if (this.#cursor.isDone && !this.#isDelivered) {
      this.#isDelivered = true;
      this.#listener.onDelivered(this);
    }
    return event;
  }

  /** The owner consumed output and says how much more it takes. */
  acknowledge(ackSeq: number, windowBytes: number): void {
    this.#cursor.acknowledge(ackSeq, windowBytes);
    this.#regulate();
    this.#listener.onNews(this);
  }

  /** @throws ExecError `stdinBroken` when the process has ended and this write is not a repeat. */
  write(writeId: WriteId, bytes: Uint8Array): Promise<WriteStatus> {
    return this.#stdin?.write(writeId, bytes) ?? Promise.resolve('stdinClosed');
  }

  closeStdin(): WriteStatus {
    return this.#stdin?.end() ?? 'stdinClosed';
  }

  /** Does nothing once the process has exited: what it left behind is not the caller's to signal. */
  signal(signal: SignalName, target: SignalTarget): void {
    if (this.#child === undefined || !this.isRunning) return;
    if (target === 'process') this.#child.signalProcess(signal);
    else if (target === 'group') this.#child.signalGroup(signal);
    else signalTree(this.#child, signal);
  }

  /**
   * Ends the process: at once, or with SIGTERM first and SIGKILL after `graceMs`.
   * @returns whether it was running; one that has exited is left alone, and so is what it left behind.
   */
  terminate(graceMs: number | undefined): boolean {
    if (this.#child === undefined || !this.isRunning) return false;
    this.#isTerminating = true;
    if (graceMs === undefined) killNow(this.#child);
    else this.#terminateGently(graceMs);
    return true;
  }

  /** Ends the process and whatever holds its output, and waits until it is closed. */
  async dispose(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    if (this.log.closed !== undefined) {
      if (this.#pendingKills > 0) killNow(child);
      return;
    }
    const closed = new Promise<void>((resolve) => this.#closed.push(resolve));
    killNow(child);
    if (this.log.exited === undefined) this.#isTerminating = true;
    else child.cutOutput();
    await closed;
  }

  #terminateGently(graceMs: number): void {
    this.signal('SIGTERM', 'tree');
    // A stopped process sees SIGTERM only once it continues.
    this.signal('SIGCONT', 'tree');
    // What ignores SIGTERM may outlive the process itself, and the wait for its output as well.
    this.#pendingKills += 1;
    this.#clock.after(graceMs, () => {
      this.#pendingKills -= 1;
      if (this.#child !== undefined) killNow(this.#child);
    });
  }

  #cutLater(): void {
    this.#clock.after(CUT_AFTER_MS, () => {
      if (this.log.closed === undefined) this.#child?.cutOutput();
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

/** The process that an id names, or the error that says that it does not. */
export function unknownProcess(id: ProcessId): ExecError {
  return new ExecError(
    'processUnknown',
    `unknown process id ${JSON.stringify(id)}; it was never started here, or closed too long ago`,
  );
}
