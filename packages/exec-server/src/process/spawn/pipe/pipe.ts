import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import type { NamedProcess, OpenLaunch } from '@holdfast/sandbox';
import { readMountTable } from '@holdfast/sandbox/internal';
import type { Child, ChildListener, ChildSpec } from '../child.js';
import { isConfined, onEnd, startConfined } from '../confined-start.js';
import { apartFromWrapper, type ConfinedSignals } from '../group/confined-signals.js';
import type { ProcessGroup } from '../group/process-group.js';
import { processGroup } from '../group/process-group.js';
import { realTimeDeathOf } from '../group/process-tree.js';
import { withoutHidden } from '../pty/pty-descriptors.js';
import { SpawnError } from '../spawn-error.js';
import { explainStartFailure } from '../spawn-failure.js';
import { type StartedProcess, startedBy } from '../started-process.js';
import { inWorkingDirectory } from '../working-directory.js';
import type { OutputReader } from './output-reader.js';
import { readOutput } from './output-reader.js';
import type { Pipe, PipeKind, PipePool } from './pipe-pool.js';
import type { StdinWriter } from './stdin-writer.js';
import { writeStdin } from './stdin-writer.js';

/** Starts a child on pipes; rejects with a `SpawnError` and then has left nothing behind. */
export async function spawnPipe(spec: ChildSpec, pool: PipePool, listener: ChildListener): Promise<Child> {
  if ((spec.argv[0] ?? '') === '') throw new SpawnError('missingProgram', 'argv[0] is empty; name a program');
  const pipes = await takePipes(spec, pool);
  const child = await start(spec, pipes);
  return new PipeChild(child, spec.mark, pipes, listener);
}

interface ChildPipes {
  readonly stdin: Pipe | undefined;
  readonly stdout: Pipe;
  readonly stderr: Pipe;
}

class PipeChild implements Child {
  readonly pid: number;
  readonly groupIds: readonly number[];
  readonly mark: string | undefined;
  readonly #process: ChildProcess;
  readonly #group: ProcessGroup;
  readonly #confined: ConfinedSignals | undefined;
  readonly #first: NamedProcess | undefined;
  readonly #listener: ChildListener;
  readonly #outputs: readonly OutputReader[];
  readonly #stdin: StdinWriter | undefined;
  #openOutputs = 2;
  #realTimeSignal: number | undefined;
  #hasExited = false;
  #isClosed = false;

  constructor(started: StartedProcess, mark: string | undefined, pipes: ChildPipes, listener: ChildListener) {
    this.pid = started.process.pid;
    this.groupIds = started.confined === undefined ? [this.pid] : [this.pid, started.confined.first.pid];
    this.mark = started.wrapper === undefined ? mark : undefined;
    this.#process = started.process;
    this.#confined = started.confined && apartFromWrapper(started.confined);
    this.#group = this.#confined ?? processGroup(this.pid);
    this.#first = started.confined?.first;
    this.#listener = listener;
    this.#outputs = [this.#read('stdout', pipes.stdout), this.#read('stderr', pipes.stderr)];
    if (pipes.stdin !== undefined) {
      this.#stdin = writeStdin(pipes.stdin.writeFd, () => {
        listener.onStdinClosed();
      });
    }
    onEnd(this.#process, started.wrapper, (code, signal) => {
      this.#exit(code, signal);
    });
    // Of a process that has started, Node reports only signals that it may not take; signalProcess says that itself.
    this.#process.on('error', () => undefined);
  }

  pauseOutput(): void {
    for (const output of this.#outputs) output.pause();
  }

  resumeOutput(): void {
    for (const output of this.#outputs) output.resume();
  }

  writeStdin(bytes: Uint8Array, done: (error?: Error) => void): void {
    if (this.#stdin === undefined) process.nextTick(done, new Error('stdin is not a pipe'));
    else this.#stdin.write(bytes, done);
  }

  endStdin(done: (error?: Error) => void): void {
    this.#stdin?.end(done);
  }

  signalGroup(signal: NodeJS.Signals): boolean {
    return this.#group.signal(signal);
  }

  signalProcess(signal: NodeJS.Signals): boolean {
    // Node forgets the pid when it reaps the process, so this cannot reach anybody else.
    return this.#confined?.signalCommand(signal) ?? this.#process.kill(signal);
  }

  mountTable(): string | undefined {
    return this.#first && readMountTable(this.#first.pid);
  }

  outputPipes(): readonly number[] {
    return this.#outputs.map(({ fd }) => fd).filter((fd) => fd !== undefined);
  }

  cutOutput(): void {
    for (const output of this.#outputs) output.cut();
  }

  #read(stream: 'stdout' | 'stderr', pipe: Pipe): OutputReader {
    return readOutput(
      pipe.readFd,
      (bytes) => {
        this.#listener.onOutput(stream, bytes);
      },
      () => {
        this.#openOutputs -= 1;
        this.#lookBeforeItIsReaped();
        this.#closeIfDone();
      },
    );
  }

  #exit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#group.leaderGone();
    // The process wrote nothing after this moment, so what it wrote is in the pipes now.
    for (const output of this.#outputs) output.drain();
    this.#hasExited = true;
    const exitCode = this.#exitCodeOf(code ?? 0, signal);
    this.#listener.onExit({ exitCode, signal: signal ?? this.#confined?.causeOf(exitCode) ?? null });
    this.#closeIfDone();
  }

  // Node tells a death by a real-time signal as an exit with code 0, and when it does, the system has forgotten. Output mostly
  // ends a moment earlier. Not where a descendant holds it, and not always when many children end at once.
  #lookBeforeItIsReaped(): void {
    const { exitCode, signalCode } = this.#process;
    if (this.#openOutputs > 0 || exitCode !== null || signalCode !== null) return;
    this.#realTimeSignal = realTimeDeathOf(this.pid);
  }

  #exitCodeOf(code: number, signal: NodeJS.Signals | null): number {
    if (signal !== null) return 128 + constants.signals[signal];
    return code === 0 && this.#realTimeSignal !== undefined ? 128 + this.#realTimeSignal : code;
  }

  #closeIfDone(): void {
    if (!this.#hasExited || this.#openOutputs > 0 || this.#isClosed) return;
    this.#isClosed = true;
    this.#stdin?.close();
    this.#listener.onClosed();
  }
}

async function takePipes(spec: ChildSpec, pool: PipePool): Promise<ChildPipes> {
  const taken: Pipe[] = [];
  const setUp = spec.confinement?.setUp;
  const take = async (kind: PipeKind): Promise<Pipe> => {
    let pipe = pool.take(kind);
    while (pipe === undefined) {
      setUp?.begin('making its pipes');
      await (setUp?.until(pool.ready()) ?? pool.ready());
      pipe = pool.take(kind);
    }
    taken.push(pipe);
    return pipe;
  };
  try {
    const stdin = spec.stdin === 'pipe' ? await take('input') : undefined;
    return { stdin, stdout: await take('output'), stderr: await take('output') };
  } catch (error) {
    for (const pipe of taken) closeAll([pipe.readFd, pipe.writeFd]);
    throw error;
  }
}

async function start(spec: ChildSpec, pipes: ChildPipes): Promise<StartedProcess> {
  const { stdin, stdout, stderr } = pipes;
  try {
    if (isConfined(spec)) {
      return await startConfined(spec, (wrapper) => launchWrapper(wrapper, pipes), stderr.readFd);
    }
    return await startedBy(launch(spec, pipes));
  } catch (error) {
    closeAll([stdout.readFd, stderr.readFd, ...(stdin === undefined ? [] : [stdin.writeFd])]);
    throw explainStartFailure(error, spec);
  } finally {
    // A writer left open here would hide the end of the output, a reader the end of interest in stdin.
    closeAll([stdout.writeFd, stderr.writeFd, ...(stdin === undefined ? [] : [stdin.readFd])]);
  }
}

function launch(spec: ChildSpec, pipes: ChildPipes): ChildProcess {
  const [program = '', ...args] = spec.argv;
  return inWorkingDirectory(spec, (cwd) =>
    spawn(program, args, {
      argv0: spec.arg0 ?? program,
      cwd,
      env: exactly(spec.env),
      // Its own session, and so its own group: a signal for it reaches nothing else.
      detached: true,
      stdio: withoutHidden(standardOf(pipes)),
    }),
  );
}

function launchWrapper({ program, args, env, stdio }: OpenLaunch, pipes: ChildPipes): ChildProcess {
  return spawn(program, args, {
    cwd: '/',
    env: exactly(env),
    detached: true,
    stdio: withoutHidden([...standardOf(pipes), ...stdio]),
  });
}

function standardOf({ stdin, stdout, stderr }: ChildPipes): (number | 'ignore')[] {
  return [stdin?.readFd ?? 'ignore', stdout.writeFd, stderr.writeFd];
}

/** Node hands its own NODE_V8_COVERAGE to a child unless the given environment names it. */
export function exactly(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return process.env['NODE_V8_COVERAGE'] === undefined ? env : { NODE_V8_COVERAGE: undefined, ...env };
}

function closeAll(fds: readonly number[]): void {
  for (const fd of fds) closeSync(fd);
}
