import type {
  ProcessSummary,
  SandboxAppearedReport,
  SandboxDenial,
  SandboxReport,
  SignalName,
  TerminalSize,
} from '@holdfast/exec-protocol';
import type { ProcessEvent } from './events.js';
import type { NetworkOptions } from './network.js';
import type { ProcessView } from './views/process-view.js';

/** How a process is started. */
export interface SpawnOptions {
  /** Names the process within the client's session; default a new UUID. An id of a process that ran just now is refused. */
  readonly id?: string;
  /** An absolute path of the executor, or a `file:` URI; default the folder in which the server was started. */
  readonly cwd?: string;
  /** Variables laid over what `inheritEnv` leaves; undefined values are left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * What the process gets of the executor's own environment, default `core`: home, user, shell, path, language and
   * temporary folder. `all` leaves out names that look like secrets (`*KEY*`, `*SECRET*`, `*TOKEN*`); with `none` the
   * process gets exactly `env`.
   */
  readonly inheritEnv?: 'core' | 'all' | 'none';
  /** What the program sees as its own name; default `argv[0]`. */
  readonly arg0?: string;
  /** `pipe` for a process that is written to; default `null`, the null device. */
  readonly stdin?: 'null' | 'pipe';
  /**
   * Gives the process a terminal, which merges its output into `pty` and takes what is written; `TERM` is
   * `xterm-256color` unless `env` says otherwise. `true` leaves its size to the server. A size fails with `unsupported`
   * on a server without the `pty` extension.
   */
  readonly pty?: true | TerminalSize;
  /**
   * `server` for a process that outlives this client and its handle, to be joined with `attach` by any client of the same
   * principal; default `session`. Fails with `unsupported` on a server without the `attach` extension.
   */
  readonly lifetime?: 'session' | 'server';
  /**
   * What gives way when more is printed than anybody reads: with `keep` the process has to wait, with `drop` the oldest
   * output goes, and views fail with GapError. Default `keep`, or `drop` with the lifetime `server`. Fails with
   * `unsupported` on a server without the `gap` extension.
   */
  readonly retention?: 'keep' | 'drop';
  /**
   * How long descendants may hold the output after the process has exited, before `closed` comes regardless and tells
   * who they are; default for ever. Fails with `unsupported` on a server without the `drain` extension.
   */
  readonly drainMs?: number;
  /**
   * Confines the process: the `sandbox` object of the wire, as in docs/sandbox.md. The executor binds it to its own paths and
   * enforces it, or `started` fails with `sandboxUnsupported`, which names what it cannot. Default none.
   */
  readonly sandbox?: Readonly<Record<string, unknown>>;
  /** Gives a process in a sandbox a network of its own, whatever the sandbox says of it; needs `sandbox`. */
  readonly network?: NetworkOptions;
  /**
   * Hears of executable configuration, such as a new repository, that has appeared while the process ran in its sandbox, by whomever:
   * nothing protected it, or that nobody has looked for it to the end (`unseen`). Called once at most, after the process has ended, perhaps
   * long after `closed`; not once this client is closed, nor on a server without the `sandbox` extension. What is told while the link is lost
   * may be missing.
   */
  readonly onAppeared?: (report: SandboxAppearedReport) => void;
  /** Terminates the process. When it fires before the start is sent, nothing is started, and `started` fails with its reason. */
  readonly signal?: AbortSignal;
}

/** Ends a wait, not the work; what was not sent yet never is. The call then fails with the reason of the signal. */
export interface WaitOptions {
  readonly signal?: AbortSignal;
}

/** Where a view begins. */
export interface ViewOptions extends WaitOptions {
  /** Only events with a higher seq; default 0, everything, or where the process was joined. */
  readonly after?: number;
}

/** How a process is joined. */
export interface AttachOptions extends WaitOptions {
  /** Only events with a higher seq, at most the newest; default 0, everything that is retained. */
  readonly after?: number;
}

/** Which lines a view gives. */
export interface LineOptions extends ViewOptions {
  /** Only lines of this stream; default both. Output of a terminal counts as stdout. */
  readonly stream?: 'stdout' | 'stderr';
}

/** Whom a signal is for, and how long to wait for the answer. */
export interface SignalOptions extends WaitOptions {
  /** The process alone, its process group, or all its descendants; default `group`. */
  readonly target?: 'process' | 'group' | 'tree';
}

/** How a process is ended. */
export interface TerminateOptions extends WaitOptions {
  /** Time between SIGTERM and SIGKILL; default 5,000. A server without `signals` always kills at once. */
  readonly graceMs?: number;
}

/** How a process ended. */
export interface ProcessExit {
  /** The exit status, or 128 + n when signal n ended it. */
  readonly exitCode: number;
  /** The signal that ended the process; null when it ended by itself or the server does not tell. */
  readonly signal: SignalName | null;
  /**
   * Where the server takes its sandbox for the reason of a failure: what that has denied it, the surest first. Nothing is listed
   * where the server tells no more, as without the `sandbox` extension.
   */
  readonly denial?: SandboxDenial;
}

/**
 * A process on the executor. It can be used at once; what has to wait for the start waits by itself.
 *
 * `started`, `exited` and `closed` settle whether anybody reads output or not, and may be left alone: their failures
 * are never reported as unhandled. They fail with an ExecError: the reason why the start failed, `connectionLost` or
 * `clientClosed`.
 */
export interface ProcessHandle extends AsyncDisposable {
  readonly id: string;
  /** The executor has started the process. */
  readonly started: Promise<void>;
  /**
   * Where the process may do less than was asked for, once it has started. Undefined for one that is not confined or that was
   * joined, and where the server does not tell. Fails like `started`, and may be left alone like it.
   */
  readonly sandboxReport: Promise<SandboxReport | undefined>;
  /** The process itself has ended; its descendants may live on and write. */
  readonly exited: Promise<ProcessExit>;
  /** The process has ended and its output is complete. */
  readonly closed: Promise<void>;

  /**
   * What happened and happens, in order, `closed` last. Each view has a cursor of its own. A view that is open and not
   * read stalls its process once some megabytes wait.
   * Fails with GapError where output is no longer retained, and with ExecError when the process is lost.
   */
  events(options?: ViewOptions): ProcessView<ProcessEvent>;
  /**
   * Lines of both streams without their ends, in the order in which they were completed; a last line without a newline
   * is a line. Fails like `events`, and with `outputTooLarge` on a line of more than 64 Mi characters.
   */
  lines(options?: LineOptions): ProcessView<string>;
  /** From the first event on, one stream however often it is asked for. Unread it stalls the process; `cancel()` frees it. */
  readonly stdout: ReadableStream<Uint8Array>;
  /** Like `stdout`. */
  readonly stderr: ReadableStream<Uint8Array>;
  /** Like `stdout`, both streams as they came. */
  readonly all: ReadableStream<Uint8Array>;

  /**
   * Writes to stdin, after all earlier writes. Resolves when the executor has taken the bytes, so a process that does
   * not read slows its writer down. A signal that fires meanwhile does not take back what was written.
   * Fails with `stdinClosed` without `stdin: 'pipe'` or `pty` and after the end of stdin, with `stdinBroken` after the process has ended.
   */
  write(data: string | Uint8Array, options?: WaitOptions): Promise<void>;
  /** Ends stdin after all earlier writes; a terminal gets an end of file. Fails with `unsupported` where the server cannot. */
  end(options?: WaitOptions): Promise<void>;
  /**
   * Sends a signal; a process that has ended is no error. Fails with `unsupported` for anything but SIGINT to the group
   * where the server lacks the `signals` extension.
   */
  signal(name: SignalName, options?: SignalOptions): Promise<void>;
  /**
   * Changes the size of the terminal. Harmless without one and after the end of the process. Fails with `unsupported` on
   * a server without the `pty` extension.
   */
  resize(size: TerminalSize, options?: WaitOptions): Promise<void>;
  /**
   * Ends the process and its descendants: SIGTERM, then SIGKILL. Resolves when the executor has begun; wait for `exited`.
   * @returns whether the process was running.
   */
  terminate(options?: TerminateOptions): Promise<boolean>;
  /**
   * Terminates the process if it runs, waits until it has exited, and closes the streams. Never fails. A process with the
   * lifetime `server`, or one that was joined, goes on.
   */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A process that another session may have started. `id` is what it is called here; `started` says that it was joined. */
export interface AttachedProcess extends ProcessHandle {
  /** The process as it was when it was joined, with its `ref`. Fails like `started`, and may be left alone like it. */
  readonly summary: Promise<ProcessSummary>;
  /**
   * Leaves the process, which goes on. Open views end; what else waits or comes later fails with `processUnknown`. Also
   * what disposal does.
   */
  detach(options?: WaitOptions): Promise<void>;
}
