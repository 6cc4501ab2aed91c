import type { OpenLaunch, SetUp } from '@holdfast/sandbox';

/** What stands between a child and the machine. */
export interface Confinement {
  /**
   * Opens what the wrapper of one child needs; to be called when the child is about to be started.
   * @throws ExecError `sandboxUnsupported` when the file system is not what it was when this was planned; as its set-up.
   */
  open(): Promise<OpenLaunch>;
  /** What the start is the end of; whoever began it ends it. */
  readonly setUp: SetUp;
}

/** What to run, and exactly how: nothing of the server is added or inherited, and no text holds a NUL. */
export interface ChildSpec {
  readonly argv: readonly string[];
  /** What the program sees as its own name; argv[0] when absent. */
  readonly arg0?: string;
  readonly cwd: string;
  /** The same path where it is not UTF-8; `cwd` only shows it then. */
  readonly cwdBytes?: Uint8Array;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: 'null' | 'pipe';
  /** The first entry of `env`, NAME=value, that no other child has: whatever carries it descends from this child. */
  readonly mark?: string;
  /** Runs it in a sandbox; without one it may do what the server may. */
  readonly confinement?: Confinement;
}

/** Where bytes of a child came from. */
export type OutputStream = 'stdout' | 'stderr' | 'pty';

/** How a child ended. */
export interface ChildExit {
  /** The code the process gave, or 128 + n when signal n ended it. */
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | null;
}

/** What a child reports; no call is made before the promise of its spawn has settled. */
export interface ChildListener {
  /** The bytes are overwritten once this returns. */
  onOutput(stream: OutputStream, bytes: Uint8Array): void;
  /** Once; everything that the process itself wrote has been handed to `onOutput` before. */
  onExit(exit: ChildExit): void;
  /** Once and last: the process has ended, and every output stream has ended or was cut. */
  onClosed(): void;
  /** At most once: nobody reads the child's stdin any more, found out by writing to it. */
  onStdinClosed(): void;
}

/** A running process that leads its own session and process group. */
export interface Child {
  readonly pid: number;
  /** The groups that it and what is around it lead; a descendant in none of them has left it. */
  readonly groupIds: readonly number[];
  /** As in its spec; undefined in a sandbox, where everything descends from the wrapper and ends with it. */
  readonly mark: string | undefined;
  /** Stops reading, so that a child that goes on writing blocks; what it wrote at its end still arrives. */
  pauseOutput(): void;
  resumeOutput(): void;
  /** Writes in call order; `done` comes when the kernel took all bytes, which must not change until then. */
  writeStdin(bytes: Uint8Array, done: (error?: Error) => void): void;
  /** End of input after everything written so far; `done` as for a write. */
  endStdin(done: (error?: Error) => void): void;
  /** False when no process of the group was there to take the signal. */
  signalGroup(signal: NodeJS.Signals): boolean;
  /** False once the process has ended. */
  signalProcess(signal: NodeJS.Signals): boolean;
  /** Changes the size of the terminal; absent where there is none. */
  resize?(size: { readonly rows: number; readonly cols: number }): void;
  /** What the kernel tells of the mounts of its sandbox; undefined where there is none any more. */
  mountTable?(): string | undefined;
  /** The server's ends of the output pipes that are still open. */
  outputPipes(): readonly number[];
  /** Reads what is there without waiting, then ends the streams; `onClosed` follows when the process has ended. */
  cutOutput(): void;
}
