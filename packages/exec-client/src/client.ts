import type {
  EnvironmentInfo,
  Extensions,
  InstalledCapabilities,
  ProcessSummary,
  RootCapabilities,
} from '@holdfast/exec-protocol';
import { type ExecError, type SessionId } from '@holdfast/exec-protocol';
import type { ExecOptions, ExecResult } from './exec/result.js';
import type { FileSystem } from './fs/file-system.js';
import type { FetchOptions } from './http/fetch.js';
import type {
  AttachedProcess,
  AttachOptions,
  ProcessHandle,
  SpawnOptions,
  WaitOptions,
} from './process/handle.js';
import type { ClientState, StateListener } from './recovery/state-change.js';

/** A session on an executor. It outlives its connections: a lost one is replaced, and everything goes on where it was. */
export interface Client extends AsyncDisposable {
  /** Names the session at the server. Whoever has it can take the session over, so do not log it. */
  readonly sessionId: SessionId;
  /** What goes beyond the reference wire on this connection, name to version. */
  readonly extensions: Extensions;
  /** How the client stands. While it is `recovering`, handles and streams stay open and calls wait. */
  readonly state: ClientState;
  /**
   * Resolves with the reason when the session is over for good: `clientClosed`, or `connectionLost` when it could not be
   * got back. Never fails.
   */
  readonly closed: Promise<ExecError>;

  /** Calls `listener` at each change of `state`. @returns a function that stops it. */
  on(event: 'state', listener: StateListener): () => void;

  /**
   * Runs a command to its end and gives what it printed. There is no shell unless `argv` names one.
   * Fails with ExitError when the command fails (see `reject`), with the reason of `signal`, or with an ExecError that
   * says why the command could not be run.
   */
  exec(argv: readonly string[], options?: ExecOptions & { readonly encoding?: 'utf8' }): Promise<ExecResult>;
  exec(
    argv: readonly string[],
    options: ExecOptions & { readonly encoding: 'bytes' },
  ): Promise<ExecResult<Uint8Array>>;
  /** Starts a process and gives its handle at once. Nothing is thrown here; `started` fails where the start does. */
  spawn(argv: readonly string[], options?: SpawnOptions): ProcessHandle;
  /**
   * All processes that this client may see, those of other sessions too, the oldest first. Fails with `unsupported` on a
   * server without the `attach` extension.
   */
  processes(options?: WaitOptions): Promise<readonly ProcessSummary[]>;
  /**
   * Joins a process of any session of the same principal, and gives its handle at once.
   * @param ref Its ref, or its id where only one process has it. `started` fails with `processUnknown` or `refAmbiguous`
   *   where it names no one process, and with `unsupported` on a server without the `attach` extension.
   */
  attach(ref: string, options?: AttachOptions): AttachedProcess;
  /** Files of the executor. */
  readonly fs: FileSystem;
  /**
   * Sends an HTTP request from the executor, with its network and its names, and gives the standard response once its head
   * is there. The body of the request travels whole; that of the response comes piece by piece, as its server sent it: no
   * encoding is asked for and none is undone. Neither survives a lost link: the call fails with `outcomeUnknown`, the body with
   * `connectionLost`.
   */
  fetch(input: string | URL | Request, init?: RequestInit & FetchOptions): Promise<Response>;
  /** What the executor says of itself: shell, folders, platform. It is asked once at most. */
  environment(options?: WaitOptions): Promise<EnvironmentInfo>;
  /** Plugins and skills that the Codex CLI has installed for the executor's user. Fails with `methodUnknown` on older servers. */
  capabilities(options?: WaitOptions): Promise<InstalledCapabilities>;
  /**
   * The files of plugins and skills below directories of the executor, one answer for each in order; a directory that cannot be
   * looked through has an `error`. Fails with `methodUnknown` on older servers.
   * @param directories At most 128 absolute paths or `file:` URIs; each `id` in the answer is what was given.
   */
  capabilitiesBelow(
    directories: readonly string[],
    options?: WaitOptions,
  ): Promise<readonly RootCapabilities[]>;
  /**
   * Ends all processes of the session and the connection; safe to call again. What has the lifetime `server` or was joined
   * goes on. What still waits fails with `clientClosed`, at once. While the link is lost, one short attempt is made to tell
   * the server, for 3 s at most.
   */
  close(): Promise<void>;
  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void>;
}
