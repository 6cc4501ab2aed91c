import {
  asProcessId,
  type EnvironmentInfo,
  ExecError,
  type Extensions,
  environmentInfo,
  type InstalledCapabilities,
  type ProcessSummary,
  processList,
  type RootCapabilities,
  type SessionId,
} from '@holdfast/exec-protocol';
import { abortable } from './abortable.js';
import { capabilitiesBelow, installedCapabilities } from './capabilities.js';
import type { Client } from './client.js';
import type { Clock } from './clock.js';
import { createDeferred } from './deferred.js';
import { decodeText, joinBytes } from './exec/decode-output.js';
import { type ExecHost, exec } from './exec/exec.js';
import type { ExecOptions, ExecResult } from './exec/result.js';
import { createFilePort } from './fs/file-port.js';
import type { FileSystem } from './fs/file-system.js';
import { createFileSystem } from './fs/remote-file-system.js';
import { type FetchOptions, fetchThrough } from './http/fetch.js';
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
import { sayGoodbye } from './recovery/goodbye.js';
import { RecoveryDriver, type RecoveryPlan } from './recovery/recovery-driver.js';
import { SessionLink } from './recovery/session-link.js';
import type { ClientState, StateListener } from './recovery/state-change.js';
import type { LocalFiles } from './transfer/local-files.js';

/** Opens a session and gives its client. @throws what opening failed with; the reason of `signal`. */
export async function createClient(
  plan: RecoveryPlan,
  signal: AbortSignal | undefined,
  local: LocalFiles | undefined,
): Promise<Client> {
  const link = new SessionLink(plan.clock);
  const driver = new RecoveryDriver(plan, link);
  try {
    await driver.open(signal);
  } catch (error) {
    // Nothing was lost: there was no session yet.
    if (!(error instanceof ExecError) || error.kind !== 'connectionLost') throw error;
    throw new ExecError('connectFailed', `${error.message}, before a session was made`, { cause: error });
  }
  return new SessionClient(plan, link, driver, local);
}

class SessionClient implements Client, ExecHost {
  readonly clock: Clock;
  readonly fs: FileSystem;
  readonly #plan: RecoveryPlan;
  readonly #link: SessionLink;
  readonly #driver: RecoveryDriver;
  readonly #running = new Set<ProcessHandle>();
  readonly #closed = createDeferred<ExecError>();
  #environment: Promise<EnvironmentInfo> | undefined;
  #closing: Promise<void> | undefined;

  constructor(plan: RecoveryPlan, link: SessionLink, driver: RecoveryDriver, local: LocalFiles | undefined) {
    this.clock = plan.clock;
    this.#plan = plan;
    this.#link = link;
    this.#driver = driver;
    this.fs = createFileSystem(
      createFilePort(link, plan.clock, () => this.environment()),
      local,
    );
    void driver.failed.then((reason) => {
      this.#closed.resolve(reason);
    });
    const info = driver.agreement.environmentInfo;
    if (info !== undefined) this.#environment = Promise.resolve(info);
  }

  get sessionId(): SessionId {
    return this.#driver.agreement.sessionId;
  }

  get extensions(): Extensions {
    return this.#link.extensions;
  }

  get state(): ClientState {
    return this.#driver.state;
  }

  get closed(): Promise<ExecError> {
    return this.#closed.promise;
  }

  on(_event: 'state', listener: StateListener): () => void {
    return this.#driver.listen(listener);
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

  spawn(
    argv: readonly string[],
    options: SpawnOptions = {},
    startSignal: AbortSignal | undefined = options.signal,
  ): ProcessHandle {
    const process = startProcess({
      link: this.#link,
      clock: this.clock,
      environment: () => this.environment(),
      argv,
      options,
      startSignal,
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
    requireExtension(this.#link, 'attach', 'list processes');
    return (await this.#link.request(processList, {}, signal)).processes;
  }

  attach(ref: string, options: AttachOptions = {}): AttachedProcess {
    return attachProcess(this.#link, ref, options);
  }

  async fetch(input: string | URL | Request, init: RequestInit & FetchOptions = {}): Promise<Response> {
    const { timeoutMs, headersFromEnv, ...standard } = init;
    return await fetchThrough(this.#link, new Request(input, standard), { timeoutMs, headersFromEnv });
  }

  async environment({ signal }: WaitOptions = {}): Promise<EnvironmentInfo> {
    if (this.#closing !== undefined) throw closedClient();
    this.#environment ??= this.#askEnvironment();
    return abortable(this.#environment, signal);
  }

  async capabilities(options: WaitOptions = {}): Promise<InstalledCapabilities> {
    return await installedCapabilities(this.#link, await this.environment(options), options.signal);
  }

  async capabilitiesBelow(
    directories: readonly string[],
    options: WaitOptions = {},
  ): Promise<readonly RootCapabilities[]> {
    return await capabilitiesBelow(this.#link, await this.environment(options), directories, options.signal);
  }

  /** @throws ExecError `unsupported` when the server has no way to end stdin. */
  requireEndOfStdin(): void {
    requireEndOfStdin(this.#link);
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
      return await this.#link.request(environmentInfo, {});
    } catch (error) {
      // The next one who needs it asks again.
      this.#environment = undefined;
      throw error;
    }
  }

  async #close(): Promise<void> {
    if (this.state === 'failed') return;
    const reason = closedClient();
    const running = [...this.#running].map(({ id }) => asProcessId(id));
    const connection = this.#driver.close();
    this.#link.end(reason, { isLost: false });
    await sayGoodbye({
      plan: this.#plan,
      agreement: this.#driver.agreement,
      connection,
      mayReconnect: this.#plan.recoverTimeoutMs > 0,
      running,
      nextId: () => this.#link.nextId(),
    });
    this.#closed.resolve(reason);
  }
}

function closedClient(): ExecError {
  return new ExecError('clientClosed', 'the client was closed; connect again');
}
