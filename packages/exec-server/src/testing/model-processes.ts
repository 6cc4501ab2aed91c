import type { Child, ChildListener, ChildSpec, OutputStream } from '../process/spawn/child.js';
import type { OsProcesses } from '../process/spawn/os-processes.js';

/** Processes that do what a test says. Each is known by the first word of its command line. */
export class ModelProcesses implements OsProcesses {
  /** Everything that was started, in order. */
  readonly started: string[] = [];
  /** What was done to processes, in order. */
  readonly done: string[] = [];
  /** Called at each start, before anything of it. */
  onSpawn: (name: string) => void = () => undefined;
  readonly #children = new Map<string, ModelChild>();
  #gate: Promise<void> = Promise.resolve();

  /** From now on nothing starts before the returned function is called. */
  hold(): () => void {
    let release: () => void = () => undefined;
    this.#gate = new Promise((resolve) => (release = resolve));
    return release;
  }

  child(name: string): ModelChild {
    const child = this.#children.get(name);
    if (child === undefined) throw new Error(`${name} was never started`);
    return child;
  }

  async spawn(spec: ChildSpec, _terminal: unknown, listener: ChildListener): Promise<Child> {
    const [name = ''] = spec.argv;
    this.onSpawn(name);
    this.started.push(name);
    await this.#gate;
    const child = new ModelChild(this.#children.size + 1, spec.mark, listener);
    this.#children.set(name, child);
    return child;
  }

  kill(child: Child): void {
    const name = this.#nameOf(child);
    this.done.push(`kill ${name}`);
    this.child(name).end(137);
  }

  signalTree(child: Child, signal: NodeJS.Signals): void {
    this.done.push(`${signal} ${this.#nameOf(child)}`);
  }

  holdersOf(): readonly [] {
    return [];
  }

  killMarked(): void {
    this.done.push('kill the rest');
  }

  #nameOf(child: Child): string {
    return [...this.#children].find(([, one]) => one === child)?.[0] ?? '?';
  }
}

/** One process of the model. */
export class ModelChild implements Child {
  readonly pid: number;
  readonly groupIds: readonly number[];
  readonly mark: string | undefined;
  /** Everything that was written to its stdin. */
  stdin = '';
  isPaused = false;
  /** What it was sent and has not read. */
  unreadBytes = 0;
  /** What it sees of the file system, where it is confined. */
  mounts = '';
  readonly #listener: ChildListener;
  #hasEnded = false;
  /** What waits for the child to read; undefined while it reads. */
  #unread: (() => void)[] | undefined;

  constructor(pid: number, mark: string | undefined, listener: ChildListener) {
    this.pid = pid;
    this.groupIds = [pid];
    this.mark = mark;
    this.#listener = listener;
  }

  print(text: string | Uint8Array, stream: OutputStream = 'stdout'): void {
    this.#listener.onOutput(stream, Buffer.from(text));
  }

  /** Exits and closes. */
  end(exitCode: number): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#listener.onExit({ exitCode, signal: exitCode === 137 ? 'SIGKILL' : null });
    this.#listener.onClosed();
  }

  pauseOutput(): void {
    this.isPaused = true;
  }

  resumeOutput(): void {
    this.isPaused = false;
  }

  writeStdin(bytes: Uint8Array, done: (error?: Error) => void): void {
    this.unreadBytes += bytes.length;
    const read = (): void => {
      this.unreadBytes -= bytes.length;
      this.stdin += Buffer.from(bytes).toString();
      done();
    };
    if (this.#unread === undefined) read();
    else this.#unread.push(read);
  }

  /** From now on it does not read its stdin, until the returned function is called. */
  holdStdin(): () => void {
    const unread: (() => void)[] = [];
    this.#unread = unread;
    return () => {
      this.#unread = undefined;
      for (const read of unread) read();
    };
  }

  endStdin(done: () => void): void {
    this.stdin += '<end>';
    done();
  }

  signalGroup(signal: NodeJS.Signals): boolean {
    this.stdin += `<${signal}>`;
    return true;
  }

  signalProcess(signal: NodeJS.Signals): boolean {
    return this.signalGroup(signal);
  }

  mountTable(): string {
    return this.mounts;
  }

  outputPipes(): readonly number[] {
    return [];
  }

  cutOutput(): void {
    // Its output ends with it.
  }
}
