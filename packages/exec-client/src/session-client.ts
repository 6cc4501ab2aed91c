import {
  type EnvironmentInfo,
  ExecError,
  type Extensions,
  environmentInfo,
  type ProcessSummary,
  processList,
  type SessionId,
  sessionClose,
} from '@holdfast/exec-protocol';
import { abortable } from './abortable.js';
import type { Client } from './client.js';
import type { Clock } from './clock.js';
import type { Connection } from './connection/connection.js';
import { decodeText, joinBytes } from './exec/decode-output.js';
import { type ExecHost, exec } from './exec/exec.js';
import type { ExecOptions, ExecResult } from './exec/result.js';
import { attachProcess } from './process/attach.js';
import type {
  AttachedProcess,
  AttachOptions,
  ProcessHandle,
  SpawnOptions,
  WaitOptions,
} from './process/handle.js';
import { requireEndOfStdin, requireExtension } from './process/process-requests.js';
import { startProcess } from './process/spawn.js';

/** How long the server may take to end the session before the connection is dropped regardless. */
const SESSION_CLOSE_MS = 5_000;

/** The client of a connection that is ready. */
export function createClient(connection: Connection, clock: Clock): Client {
  return new SessionClient(connection, clock);
}

class SessionClient implements Client, ExecHost {
  readonly clock: Clock;
  readonly #connection: Connection;
  readonly #running = new Set<ProcessHandle>();
  #environment: Promise<EnvironmentInfo> | undefined;
  #closing: Promise<void> | undefined;

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.clock = clock;
    const info = connection.agreement.environmentInfo;
    if (info !== undefined) this.#environment = Promise.resolve(info);
  }

  get sessionId(): SessionId {
    return this.#connection.agreement.sessionId;
  }

  get extensions(): Extensions {
    return this.#connection.extensions;
  }

  get closed(): Promise<ExecError> {
    return this.#connection.closed;
  }

  exec(argv: readonly string[], options?: ExecOptions & { readonly encoding?: 'utf8' }): Promise<ExecResult>;
  exec(
    argv: readonly string[],
    options: ExecOptions & { readonly encoding: 'bytes' },
  ): Promise<ExecResult<Uint8Array>>;
  exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult<string | Uint8Array>> {
    return options.encoding === 'bytes'
      ? exec(this, argv, options, joinBytes)
      : exec(this, argv, options, decodeText);
  }

  spawn(argv: readonly string[], options: SpawnOptions = {}): ProcessHandle {
    const process = startProcess({
      link: this.#connection,
      environment: () => this.environment(),
      argv,
      options,
    });
    // It is to go on when this client ends.
    if (options.lifetime === 'server') return process;
    this.#running.add(process);
    const forget = (): void => {
      this.#running.delete(process);
    };
    process.exited.then(forget, forget);
    return process;
  }

  async processes({ signal }: WaitOptions = {}): Promise<readonly ProcessSummary[]> {
    signal?.throwIfAborted();
    requireExtension(this.#connection, 'attach', 'list processes');
    return (await this.#connection.request(processList, {}, signal)).processes;
  }

  attach(ref: string, options: AttachOptions = {}): AttachedProcess {
    return attachProcess(this.#connection, ref, options);
  }

  async environment({ signal }: WaitOptions = {}): Promise<EnvironmentInfo> {
    if (this.#closing !== undefined) throw closedClient();
    this.#environment ??= this.#askEnvironment();
    return abortable(this.#environment, signal);
  }

  /** @throws ExecError `unsupported` when the server has no way to end stdin. */
  requireEndOfStdin(): void {
    requireEndOfStdin(this.#connection);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #askEnvironment(): Promise<EnvironmentInfo> {
    try {
      return await this.#connection.request(environmentInfo, {});
    } catch (error) {
      // The next one who needs it asks again.
      this.#environment = undefined;
      throw error;
    }
  }

  async #close(): Promise<void> {
    const deadline = new AbortController();
    const timer = this.clock.after(SESSION_CLOSE_MS, () => {
      deadline.abort();
    });
    // Whether the server obeys or is gone, the connection ends next, and with it what the server keeps for us.
    await this.#endSession(deadline.signal).catch(() => undefined);
    timer.cancel();
    await this.#connection.close(closedClient());
  }

  async #endSession(signal: AbortSignal): Promise<void> {
    if (this.extensions.session !== undefined) {
      await this.#connection.request(sessionClose, {}, signal);
      return;
    }
    await Promise.allSettled([...this.#running].map((process) => process.terminate({ signal })));
  }
}

function closedClient(): ExecError {
  return new ExecError('clientClosed', 'the client was closed; connect again');
}
