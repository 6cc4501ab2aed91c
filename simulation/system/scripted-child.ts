import { constants } from 'node:os';
import type { Child, ChildExit, ChildListener, ChildSpec, OutputStream } from '@holdfast/exec-server/core';
import type { Machine, Timer } from '../time/virtual-time.js';
import { patternAt } from './pattern.js';
import type { ChildRecord, ModelEvent, Script, ScriptStep } from './script.js';

/** What the kernel keeps of a child that is not read. */
const PIPE_BYTES = 65_536;

const LAST_WORDS = new TextEncoder().encode('terminated\n');

interface Held {
  readonly stream: OutputStream;
  readonly bytes: Uint8Array;
}

/** A child that follows its script, and records what happens to it. */
export class ScriptedChild implements Child {
  readonly pid: number;
  readonly groupIds: readonly number[];
  readonly mark: string | undefined;
  readonly record: ChildRecord;
  readonly #script: Script;
  readonly #machine: Machine;
  readonly #listener: ChildListener;
  readonly #printed: Record<OutputStream, number> = { stdout: 0, stderr: 0, pty: 0 };
  #step = 0;
  #timer: Timer | undefined;
  /** What nobody has read yet. */
  #held: Held[] = [];
  #heldBytes = 0;
  #isPaused = false;
  #isBlocked = false;
  #isCut = false;

  constructor(
    pid: number,
    { mark }: ChildSpec,
    setup: { readonly script: Script; readonly record: ChildRecord; readonly machine: Machine },
    listener: ChildListener,
  ) {
    this.pid = pid;
    this.groupIds = [pid];
    this.mark = mark;
    this.#script = setup.script;
    this.record = setup.record;
    this.#machine = setup.machine;
    this.#listener = listener;
  }

  get isRunning(): boolean {
    return this.record.exitedAtMs === undefined;
  }

  get isClosed(): boolean {
    return this.record.closedAtMs !== undefined;
  }

  /** Begins with the script. */
  begin(): void {
    this.#scheduleStep();
  }

  pauseOutput(): void {
    this.#isPaused = true;
  }

  resumeOutput(): void {
    this.#isPaused = false;
    this.#machine.input(0, () => {
      if (!this.#isPaused) this.#drain();
      this.#unblock();
    });
  }

  writeStdin(bytes: Uint8Array, done: (error?: Error) => void): void {
    if (!this.isRunning) {
      this.#machine.nextTurn(() => {
        done(new Error('nobody reads'));
      });
      return;
    }
    this.record.stdin.push(bytes.slice());
    this.#machine.input(this.#script.readMs, () => {
      done();
      if (this.#script.stdin === 'echo' && this.isRunning) this.#print('out', bytes);
    });
  }

  endStdin(done: () => void): void {
    this.record.stdin.push('end');
    done();
    if (!this.#script.endsWithStdin) return;
    this.#machine.input(this.#script.readMs, () => {
      this.#exit({ exitCode: 0, signal: null });
    });
  }

  signalGroup(signal: NodeJS.Signals): boolean {
    if (this.isClosed) return false;
    this.record.signals.push(signal);
    this.#machine.input(0, () => {
      this.#receive(signal);
    });
    return true;
  }

  signalProcess(signal: NodeJS.Signals): boolean {
    return this.isRunning && this.signalGroup(signal);
  }

  /** As far as the server uses it, the whole tree is the child and what holds its output. */
  kill(): void {
    this.#machine.input(0, () => {
      this.#exit({ exitCode: 137, signal: 'SIGKILL' });
      this.cutOutput();
    });
  }

  resize(size: { readonly rows: number; readonly cols: number }): void {
    const { rows, cols } = size;
    this.#note({ type: 'resized', rows, cols });
  }

  outputPipes(): readonly number[] {
    return this.#isCut || this.isClosed ? [] : [0];
  }

  cutOutput(): void {
    if (this.#isCut) return;
    this.#drain();
    this.#isCut = true;
    if (!this.isRunning) this.#close();
  }

  #receive(signal: NodeJS.Signals): void {
    if (!this.isRunning) return;
    if (signal === 'SIGKILL') this.#die(signal);
    if (signal !== 'SIGTERM' && signal !== 'SIGINT' && signal !== 'SIGHUP') return;
    const { onTerm } = this.#script;
    if (onTerm === 'end') this.#die(signal);
    if (onTerm !== 'printAndEnd') return;
    this.#print('err', LAST_WORDS);
    this.#exit({ exitCode: 3, signal: null });
  }

  #die(signal: NodeJS.Signals): void {
    this.#exit({ exitCode: 128 + constants.signals[signal], signal });
  }

  #exit(exit: ChildExit): void {
    if (!this.isRunning) return;
    // What the child itself has written is read before its end is told, paused or not.
    this.#drain();
    this.record.exitedAtMs = this.#machine.now();
    this.#note({ type: 'exited', ...exit });
    this.#listener.onExit(exit);
    this.#skipToExit();
    if (this.#isCut) this.#close();
    else this.#scheduleStep();
  }

  /** A child that ended early leaves what its descendants do, not what it would have done itself. */
  #skipToExit(): void {
    this.#timer?.cancel();
    const exitStep = this.#script.steps.findIndex(({ act }) => act.type === 'exit');
    this.#step = exitStep === -1 ? this.#script.steps.length : Math.max(this.#step, exitStep + 1);
    this.#isBlocked = false;
  }

  #scheduleStep(): void {
    const step = this.#script.steps[this.#step];
    const delayMs = step?.afterMs ?? (this.isRunning ? undefined : this.#script.closeMs);
    if (delayMs === undefined) return;
    this.#timer = this.#machine.after(delayMs, () => {
      if (step === undefined) this.#close();
      else this.#perform(step);
    });
  }

  #perform({ act }: ScriptStep): void {
    if (this.isClosed || this.#isCut) return;
    if (act.type === 'print' && this.#heldBytes >= PIPE_BYTES) {
      this.#isBlocked = true;
      return;
    }
    this.#step += 1;
    if (act.type === 'exit') {
      this.#exit({ exitCode: act.code, signal: null });
      return;
    }
    this.#print(act.stream, patternAt(this.#printed[this.#streamOf(act.stream)], act.bytes, this.pid));
    this.#scheduleStep();
  }

  #unblock(): void {
    if (!this.#isBlocked || this.#isPaused) return;
    this.#isBlocked = false;
    const step = this.#script.steps[this.#step];
    if (step !== undefined) this.#perform(step);
  }

  #streamOf(stream: 'out' | 'err'): OutputStream {
    if (this.record.isTerminal) return 'pty';
    return stream === 'out' ? 'stdout' : 'stderr';
  }

  #print(to: 'out' | 'err', bytes: Uint8Array): void {
    if (this.#isCut) return;
    const stream = this.#streamOf(to);
    this.#printed[stream] += bytes.length;
    this.#held.push({ stream, bytes });
    this.#heldBytes += bytes.length;
    if (!this.#isPaused) this.#drain();
  }

  #drain(): void {
    for (const { stream, bytes } of this.#held.splice(0)) {
      this.#note({ type: 'output', stream, bytes: bytes.slice() });
      this.#listener.onOutput(stream, bytes);
    }
    this.#heldBytes = 0;
  }

  #close(): void {
    if (this.isClosed || this.isRunning) return;
    this.#timer?.cancel();
    this.#drain();
    this.record.closedAtMs = this.#machine.now();
    this.#note({ type: 'closed' });
    this.#listener.onClosed();
  }

  #note(event: ModelEvent): void {
    this.record.events.push(event);
  }
}
