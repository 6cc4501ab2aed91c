import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import path from 'node:path';
import type { OpenLaunch } from '@holdfast/sandbox';
import { lackOfDescriptors } from '@holdfast/sandbox/internal';
import { runnableCandidates } from '../check-program.js';
import type { Child, ChildListener, ChildSpec } from '../child.js';
import { isConfined, onEnd, startConfined } from '../confined-start.js';
import { besideWrapper, type ConfinedSignals } from '../group/confined-signals.js';
import type { ProcessGroup } from '../group/process-group.js';
import { processGroup } from '../group/process-group.js';
import { exactly } from '../pipe/pipe.js';
import type { StdinWriter } from '../pipe/stdin-writer.js';
import { SpawnError } from '../spawn-error.js';
import { explainStartFailure, shortage } from '../spawn-failure.js';
import { type StartedProcess, startedBy } from '../started-process.js';
import { inWorkingDirectory } from '../working-directory.js';
import { unhide, withoutHidden } from './pty-descriptors.js';
import type { Launcher } from './pty-launcher.js';
import { findLauncher } from './pty-launcher.js';
import type { TerminalReader } from './pty-reader.js';
import { readTerminal } from './pty-reader.js';
import type { PtyLibrary, Terminal, TerminalSize } from './pty-terminal.js';
import { closeMaster, openTerminal } from './pty-terminal.js';
import { writeTerminal } from './pty-writer.js';

/** What to run in a terminal; `stdin` has no meaning there, and TERM is the caller's to set. */
export interface PtySpec extends ChildSpec {
  /** 24 rows of 80 columns when absent. */
  readonly size?: TerminalSize;
}

/** A running process whose controlling terminal is ours; all it writes comes on the stream `pty`. */
export interface PtyChild extends Child {
  /** Nothing happens once the terminal is closed. */
  resize(size: TerminalSize): void;
}

/**
 * Starts a child in a terminal of its own; rejects with a `SpawnError` and then has left nothing behind.
 *
 * What only the last step of a start can find out (a missing interpreter, a foreign format) is reported as a shell
 * does: a message in the terminal and exit code 126 or 127.
 */
export async function spawnPty(
  spec: PtySpec,
  listener: ChildListener,
  load: () => PtyLibrary = loadNodePty,
): Promise<PtyChild> {
  checkProgram(spec);
  const library = load();
  const launcher = findLauncher(nodePtyFolder);
  const terminal = openTerminal(library, spec.size ?? DEFAULT_SIZE);
  const child = await start(spec, launcher, terminal);
  return new TerminalChild(child, spec.mark, library, terminal, listener);
}

const DEFAULT_SIZE: TerminalSize = { cols: 80, rows: 24 };

const require = createRequire(import.meta.url);

class TerminalChild implements PtyChild {
  readonly pid: number;
  readonly groupIds: readonly number[];
  readonly mark: string | undefined;
  readonly #process: ChildProcess;
  readonly #library: PtyLibrary;
  readonly #terminal: Terminal;
  readonly #group: ProcessGroup;
  readonly #confined: ConfinedSignals | undefined;
  readonly #listener: ChildListener;
  readonly #output: TerminalReader;
  readonly #input: StdinWriter;
  #hasExited = false;
  #hasEnded = false;
  #isClosed = false;

  constructor(
    started: StartedProcess,
    mark: string | undefined,
    library: PtyLibrary,
    terminal: Terminal,
    listener: ChildListener,
  ) {
    this.pid = started.process.pid;
    this.groupIds = [this.pid];
    this.mark = started.wrapper === undefined ? mark : undefined;
    this.#process = started.process;
    this.#library = library;
    this.#terminal = terminal;
    this.#confined = started.confined && besideWrapper(started.confined);
    this.#group = this.#confined ?? processGroup(this.pid);
    this.#listener = listener;
    this.#output = readTerminal(
      terminal.masterFd,
      (bytes) => {
        listener.onOutput('pty', bytes);
      },
      () => {
        this.#end();
      },
    );
    this.#input = writeTerminal(terminal.masterFd, this.#output, () => {
      listener.onStdinClosed();
    });
    onEnd(this.#process, started.wrapper, (code, signal) => {
      this.#exit(code, signal);
    });
    // Of a process that has started, Node reports only signals that it may not take; signalProcess says that itself.
    this.#process.on('error', () => undefined);
  }

  pauseOutput(): void {
    this.#output.pause();
  }

  resumeOutput(): void {
    this.#output.resume();
  }

  writeStdin(bytes: Uint8Array, done: (error?: Error) => void): void {
    this.#input.write(bytes, done);
  }

  endStdin(done: (error?: Error) => void): void {
    this.#input.end(done);
  }

  resize(size: TerminalSize): void {
    if (this.#output.isOpen) this.#library.resize(this.#terminal.masterFd, size.cols, size.rows);
  }

  signalGroup(signal: NodeJS.Signals): boolean {
    if (this.#confined !== undefined) return this.#confined.signal(signal);
    // In its first moments the process may not lead its group yet, and then it is alone.
    return this.#group.signal(signal) || this.#process.kill(signal);
  }

  signalProcess(signal: NodeJS.Signals): boolean {
    // Node forgets the pid when it reaps the process, so this cannot reach anybody else.
    return this.#confined?.signalCommand(signal) ?? this.#process.kill(signal);
  }

  outputPipes(): readonly number[] {
    return this.#output.fd === undefined ? [] : [this.#output.fd];
  }

  cutOutput(): void {
    this.#output.cut();
  }

  #exit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#group.leaderGone();
    // The process wrote nothing after this moment, so what it wrote is in the terminal now.
    this.#output.drain();
    this.#hasExited = true;
    closeSync(this.#terminal.slaveFd);
    const exitCode = signal === null ? (code ?? 0) : 128 + constants.signals[signal];
    this.#listener.onExit({ exitCode, signal: signal ?? this.#confined?.causeOf(exitCode) ?? null });
    // Finds the end, unless another process of the session holds the terminal.
    this.#output.drain();
    this.#closeIfDone();
  }

  #end(): void {
    this.#hasEnded = true;
    unhide(this.#terminal.masterFd);
    this.#input.close();
    this.#closeIfDone();
  }

  #closeIfDone(): void {
    if (!this.#hasExited || !this.#hasEnded || this.#isClosed) return;
    this.#isClosed = true;
    this.#listener.onClosed();
  }
}

// Enough to load the library, and no more than a terminal and a start take anyway.
const DESCRIPTORS_TO_LOAD = 4;

function loadNodePty(): PtyLibrary {
  // Without descriptors Node finds no package, and does not look again later.
  const lack = shortage(lackOfDescriptors(DESCRIPTORS_TO_LOAD));
  if (lack !== undefined) throw lack;
  let cause: unknown;
  try {
    const library: unknown = require('node-pty');
    if (hasNative(library)) return library.native;
  } catch (error) {
    cause = error;
  }
  throw new SpawnError(
    'ptyUnavailable',
    'terminals need the package node-pty 1.1, which could not be loaded; install it with a compiler at hand (python3, make, g++), or start the program without a terminal',
    cause,
  );
}

function hasNative(library: unknown): library is { readonly native: PtyLibrary } {
  if (typeof library !== 'object' || library === null || !('native' in library)) return false;
  const { native } = library;
  return typeof native === 'object' && native !== null && 'open' in native && 'resize' in native;
}

function nodePtyFolder(): string {
  return path.dirname(require.resolve('node-pty/package.json'));
}

function checkProgram(spec: PtySpec): void {
  const [program = ''] = spec.argv;
  if (program === '') throw new SpawnError('missingProgram', 'argv[0] is empty; name a program');
  if (spec.arg0 !== undefined && spec.arg0 !== program) {
    throw new SpawnError(
      'invalidArgument',
      'a program in a terminal cannot get another name; leave out arg0',
    );
  }
  runnableCandidates(spec);
}

async function start(spec: PtySpec, launcher: Launcher, terminal: Terminal): Promise<StartedProcess> {
  const { masterFd, slaveFd } = terminal;
  try {
    if (isConfined(spec)) {
      return await startConfined(spec, (wrapper) => launchWrapper(wrapper, launcher, slaveFd), masterFd);
    }
    return await startedBy(launch(spec, launcher, slaveFd));
  } catch (error) {
    closeSync(slaveFd);
    closeMaster(masterFd);
    throw explainStartFailure(error, spec);
  }
}

function launch(spec: PtySpec, launcher: Launcher, slaveFd: number): ChildProcess {
  return inWorkingDirectory(spec, (cwd) =>
    spawn(launcher.program, [...launcher.args, ...spec.argv], {
      cwd,
      env: exactly(spec.env),
      detached: launcher.leads,
      stdio: withoutHidden([slaveFd, slaveFd, slaveFd]),
    }),
  );
}

function launchWrapper(wrapper: OpenLaunch, launcher: Launcher, slaveFd: number): ChildProcess {
  return spawn(launcher.program, [...launcher.args, wrapper.program, ...wrapper.args], {
    cwd: '/',
    env: exactly(wrapper.env),
    detached: launcher.leads,
    stdio: withoutHidden([slaveFd, slaveFd, slaveFd, ...wrapper.stdio]),
  });
}
