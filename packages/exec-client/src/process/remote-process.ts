import {
  asProcessId,
  type EnvironmentInfo,
  ExecError,
  type ParamsOf,
  type ProcessId,
  type processClosed,
  type processExited,
  type processOutput,
  processStart,
  type SignalName,
} from '@holdfast/exec-protocol';
import { abortable } from '../abortable.js';
import type { Link, ProcessSink } from '../connection/link.js';
import { createDeferred } from '../deferred.js';
import { newProcessId } from '../id.js';
import type { ProcessEvent } from './events.js';
import { OutputFeed } from './feed/output-feed.js';
import type {
  LineOptions,
  ProcessExit,
  ProcessHandle,
  SignalOptions,
  SpawnOptions,
  TerminateOptions,
  ViewOptions,
  WaitOptions,
} from './handle.js';
import {
  readEvents,
  requireEndOfStdin,
  sendSignal,
  sendWindow,
  stdinPort,
  terminate,
} from './process-requests.js';
import { startRequest } from './start-request.js';
import { StdinWriter } from './stdin-writer.js';
import { createByteStream } from './views/byte-stream.js';
import { createLineDriver } from './views/line-driver.js';
import { createProcessView, type ProcessView } from './views/process-view.js';
import { wantAll, wantOutput } from './wanted.js';

/** What to start, and through what. */
export interface RemoteProcessOptions {
  readonly link: Link;
  /** What the executor says of itself, which the start depends on. */
  readonly environment: () => Promise<EnvironmentInfo>;
  readonly argv: readonly string[];
  readonly options: SpawnOptions;
}

/** Starts a process. The request leaves in a later microtask, so that it knows of views opened in this turn. */
export function startProcess(options: RemoteProcessOptions): ProcessHandle {
  return new RemoteProcess(options);
}

const encoder = new TextEncoder();

class RemoteProcess implements ProcessHandle, ProcessSink {
  readonly id: ProcessId;
  readonly #link: Link;
  readonly #options: SpawnOptions;
  readonly #feed: OutputFeed;
  readonly #stdin: StdinWriter;
  readonly #started = createDeferred<undefined>();
  readonly #exited = createDeferred<ProcessExit>();
  readonly #closed = createDeferred<undefined>();
  readonly #streams = new Map<'stdout' | 'stderr' | 'all', ReadableStream<Uint8Array>>();
  #hasExited = false;
  #detach: () => void = () => undefined;

  constructor({ link, environment, argv, options }: RemoteProcessOptions) {
    this.id = options.id === undefined ? newProcessId() : asProcessId(options.id);
    this.#link = link;
    this.#options = options;
    this.#feed = new OutputFeed({
      id: this.id,
      hasWindows: link.extensions.flow !== undefined,
      read: async (afterSeq, signal) => {
        await abortable(this.started, signal);
        return readEvents(link, this.id, afterSeq, signal);
      },
      sendWindow: (ackSeq, windowBytes) => {
        sendWindow(link, this.id, ackSeq, windowBytes);
      },
      onFinished: () => {
        this.#detach();
      },
    });
    this.#stdin = new StdinWriter(stdinPort(link, this.id));
    options.signal?.addEventListener('abort', this.#terminateQuietly, { once: true });
    void this.#start(argv, environment);
  }

  get started(): Promise<void> {
    return this.#started.promise;
  }

  get exited(): Promise<ProcessExit> {
    return this.#exited.promise;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  get stdout(): ReadableStream<Uint8Array> {
    return this.#stream('stdout');
  }

  get stderr(): ReadableStream<Uint8Array> {
    return this.#stream('stderr');
  }

  get all(): ReadableStream<Uint8Array> {
    return this.#stream('all');
  }

  events({ after = 0, signal }: ViewOptions = {}): ProcessView<ProcessEvent> {
    return createProcessView(this.#feed.open(after, wantAll), signal);
  }

  lines({ after = 0, stream, signal }: LineOptions = {}): ProcessView<string> {
    return createProcessView(createLineDriver(this.#feed.open(after, wantOutput(stream))), signal);
  }

  async write(data: string | Uint8Array, { signal }: WaitOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    if (this.#options.stdin !== 'pipe') {
      throw new ExecError('stdinClosed', "the process has no stdin; start it with stdin: 'pipe'");
    }
    const bytes = typeof data === 'string' ? encoder.encode(data) : data;
    await abortable(this.#stdin.write(bytes), signal);
  }

  async end({ signal }: WaitOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    if (this.#options.stdin !== 'pipe') return;
    requireEndOfStdin(this.#link);
    await abortable(this.#stdin.end(), signal);
  }

  async signal(name: SignalName, options: SignalOptions = {}): Promise<void> {
    await abortable(this.started, options.signal);
    await sendSignal(this.#link, this.id, name, options);
  }

  async terminate(options: TerminateOptions = {}): Promise<boolean> {
    await abortable(this.started, options.signal);
    return !this.#hasExited && terminate(this.#link, this.id, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#terminateQuietly();
    await this.exited.catch(() => undefined);
    for (const stream of this.#streams.values()) {
      // One that someone is reading is theirs to end.
      if (!stream.locked) await stream.cancel().catch(() => undefined);
    }
  }

  onOutput({ seq, stream, chunk }: ParamsOf<typeof processOutput>): void {
    this.#feed.push({ type: 'output', seq, stream, bytes: chunk });
  }

  onExited({ seq, exitCode, signal = null }: ParamsOf<typeof processExited>): void {
    this.#hasExited = true;
    this.#forgetSignal();
    this.#exited.resolve({ exitCode, signal });
    this.#feed.push({ type: 'exited', seq, exitCode, signal });
  }

  onClosed({ seq }: ParamsOf<typeof processClosed>): void {
    this.#closed.resolve(undefined);
    this.#feed.push({ type: 'closed', seq });
  }

  onLost(error: ExecError): void {
    this.#fail(error);
  }

  async #start(argv: readonly string[], environment: () => Promise<EnvironmentInfo>): Promise<void> {
    try {
      this.#options.signal?.throwIfAborted();
      const request = startRequest(this.id, argv, this.#options, await environment());
      this.#options.signal?.throwIfAborted();
      this.#detach = this.#link.attach(this.id, this);
      const windowBytes = this.#feed.leave();
      await this.#link.request(processStart, {
        ...request,
        ...(windowBytes === undefined ? {} : { windowBytes }),
      });
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#started.resolve(undefined);
    this.#feed.started();
    this.#stdin.started();
  }

  #fail(reason: unknown): void {
    this.#forgetSignal();
    this.#detach();
    this.#started.reject(reason);
    this.#exited.reject(reason);
    this.#closed.reject(reason);
    this.#stdin.fail(reason);
    this.#feed.fail(reason);
  }

  #forgetSignal(): void {
    this.#options.signal?.removeEventListener('abort', this.#terminateQuietly);
  }

  readonly #terminateQuietly = (): void => {
    // Whoever waits on the process learns how it ended; a connection that is lost tells them so too.
    this.terminate().catch(() => undefined);
  };

  #stream(name: 'stdout' | 'stderr' | 'all'): ReadableStream<Uint8Array> {
    const existing = this.#streams.get(name);
    if (existing !== undefined) return existing;
    const stream = createByteStream(this.#feed.open(0, wantOutput(name === 'all' ? undefined : name)));
    this.#streams.set(name, stream);
    return stream;
  }
}
