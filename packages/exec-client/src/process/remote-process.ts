import {
  ExecError,
  type ParamsOf,
  type ProcessId,
  type ProcessSummary,
  type processClosed,
  type processExited,
  type processGap,
  type processOutput,
  type processResized,
  type SandboxReport,
  type SignalName,
  type TerminalSize,
} from '@holdfast/exec-protocol';
import { abortable } from '../abortable.js';
import type { CaughtUp, Link, ProcessSink, ResumePoint } from '../connection/link.js';
import { createDeferred } from '../deferred.js';
import { denialIn } from './denial.js';
import type { ClosedEvent, ExitedEvent, ProcessEvent } from './events.js';
import { missedEvents } from './feed/missed-events.js';
import { OutputFeed } from './feed/output-feed.js';
import type {
  AttachedProcess,
  LineOptions,
  ProcessExit,
  SignalOptions,
  TerminateOptions,
  ViewOptions,
  WaitOptions,
} from './handle.js';
import {
  detach,
  readEvents,
  requireEndOfStdin,
  resize,
  sendSignal,
  sendWindow,
  stdinPort,
  terminate,
} from './process-requests.js';
import { StdinWriter } from './stdin-writer.js';
import { createByteStream } from './views/byte-stream.js';
import { createLineDriver } from './views/line-driver.js';
import { createProcessView, type ProcessView } from './views/process-view.js';
import type { ReadAnswer } from './views/view-source.js';
import { wantAll, wantOutput } from './wanted.js';

/** What the server tells of a process that it has made known here. */
interface Opened {
  readonly summary?: ProcessSummary;
  readonly sandboxReport?: SandboxReport | undefined;
}

/** Sends the request that makes a process known here. */
export type Opening = (windowBytes: number | undefined, sink: ProcessSink) => Promise<Opened>;

/** Where a process comes from, and what its handle may do with it. */
export interface ProcessOrigin {
  readonly id: ProcessId;
  /** Only events with a higher seq are pushed. */
  readonly after: number;
  /** Whether its stdin can be written as far as is known here; the server has the last word. */
  readonly takesInput: boolean;
  /** What happens to the process when its handle is disposed of. */
  readonly onDispose: 'terminate' | 'detach' | 'leave';
  /** Terminates the process; when it has fired already, nothing is sent. */
  readonly signal: AbortSignal | undefined;
  /** Finds out what the opening needs to know, before anything of the process is sent. */
  prepare(): Promise<Opening>;
}

/** A process that this client has left, and why nothing of it can be had any more. */
interface Departure {
  readonly reason: ExecError;
  readonly done: Promise<void>;
}

const encoder = new TextEncoder();

/** A process through one link. Its opening leaves in a later microtask, so that it knows of views opened in this turn. */
export class RemoteProcess implements AttachedProcess, ProcessSink {
  readonly id: ProcessId;
  readonly #link: Link;
  readonly #origin: ProcessOrigin;
  readonly #feed: OutputFeed;
  readonly #stdin: StdinWriter;
  readonly #started = createDeferred<undefined>();
  readonly #sandboxReport = createDeferred<SandboxReport | undefined>();
  readonly #summary = createDeferred<ProcessSummary>();
  readonly #exited = createDeferred<ProcessExit>();
  readonly #closed = createDeferred<undefined>();
  readonly #streams = new Map<'stdout' | 'stderr' | 'all', ReadableStream<Uint8Array>>();
  #exitedEvent: ExitedEvent | undefined;
  #closedEvent: ClosedEvent | undefined;
  #isOpening = false;
  #departure: Departure | undefined;
  #forget: () => void = () => undefined;

  constructor(link: Link, origin: ProcessOrigin) {
    this.id = origin.id;
    this.#link = link;
    this.#origin = origin;
    this.#feed = new OutputFeed({
      id: this.id,
      after: origin.after,
      hasWindows: link.extensions.flow !== undefined,
      read: async (afterSeq, signal) => {
        await abortable(this.started, signal);
        return readEvents(link, this.id, afterSeq, signal);
      },
      sendWindow: (ackSeq, windowBytes) => {
        sendWindow(link, this.id, ackSeq, windowBytes);
      },
      onFinished: () => {
        this.#forget();
      },
    });
    this.#stdin = new StdinWriter(stdinPort(link, this.id));
    origin.signal?.addEventListener('abort', this.#terminateQuietly, { once: true });
    void this.#open();
  }

  get started(): Promise<void> {
    return this.#started.promise;
  }

  get sandboxReport(): Promise<SandboxReport | undefined> {
    return this.#sandboxReport.promise;
  }

  get summary(): Promise<ProcessSummary> {
    return this.#summary.promise;
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

  events({ after = this.#origin.after, signal }: ViewOptions = {}): ProcessView<ProcessEvent> {
    return createProcessView(this.#feed.open(after, wantAll), signal);
  }

  lines({ after = this.#origin.after, stream, signal }: LineOptions = {}): ProcessView<string> {
    return createProcessView(createLineDriver(this.#feed.open(after, wantOutput(stream))), signal);
  }

  async write(data: string | Uint8Array, { signal }: WaitOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    if (!this.#origin.takesInput) {
      throw new ExecError('stdinClosed', "the process has no stdin; start it with stdin: 'pipe'");
    }
    const bytes = typeof data === 'string' ? encoder.encode(data) : data;
    await abortable(this.#stdin.write(bytes), signal);
  }

  async end({ signal }: WaitOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    if (!this.#origin.takesInput) return;
    requireEndOfStdin(this.#link);
    await abortable(this.#stdin.end(), signal);
  }

  async signal(name: SignalName, options: SignalOptions = {}): Promise<void> {
    await this.#ready(options.signal);
    await sendSignal(this.#link, this.id, name, options);
  }

  async terminate(options: TerminateOptions = {}): Promise<boolean> {
    await this.#ready(options.signal);
    return this.#exitedEvent === undefined && terminate(this.#link, this.id, options);
  }

  async resize(size: TerminalSize, { signal }: WaitOptions = {}): Promise<void> {
    await this.#ready(signal);
    await resize(this.#link, this.id, size, signal);
  }

  async detach({ signal }: WaitOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    this.#departure ??= this.#leave();
    await abortable(this.#departure.done, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { onDispose } = this.#origin;
    if (onDispose === 'detach') await this.detach().catch(() => undefined);
    if (onDispose === 'terminate') {
      this.#terminateQuietly();
      await this.exited.catch(() => undefined);
    }
    for (const stream of this.#streams.values()) {
      // One that someone is reading is theirs to end.
      if (!stream.locked) await stream.cancel().catch(() => undefined);
    }
  }

  onOutput({ seq, stream, chunk }: ParamsOf<typeof processOutput>): void {
    this.#feed.push({ type: 'output', seq, stream, bytes: chunk });
  }

  onResized({ seq, size }: ParamsOf<typeof processResized>): void {
    this.#feed.push({ type: 'resized', seq, size });
  }

  onGap({ toSeq }: Pick<ParamsOf<typeof processGap>, 'toSeq'>): void {
    this.#feed.skip(toSeq);
  }

  onExited({ seq, exitCode, signal = null, ...told }: ParamsOf<typeof processExited>): void {
    this.#accept({ type: 'exited', seq, exitCode, signal, ...denialIn(told) });
  }

  onClosed({ seq, bytes, holders }: ParamsOf<typeof processClosed>): void {
    const told = { ...(bytes === undefined ? {} : { bytes }), ...(holders === undefined ? {} : { holders }) };
    this.#accept({ type: 'closed', seq, ...told });
  }

  resume(): ResumePoint | undefined {
    return this.#feed.resume();
  }

  onPage(page: ReadAnswer, afterSeq: number): CaughtUp {
    const known = { afterSeq, exited: this.#exitedEvent, closed: this.#closedEvent };
    const { events, gap } = missedEvents(page, known);
    if (gap !== undefined) this.#feed.skip(gap.to);
    for (const event of events) this.#accept(event);
    // Nothing up to here is still to come, whatever the page left out.
    this.#feed.caughtUp(page.nextSeq - 1);
    return { events: events.length, hasGap: gap !== undefined };
  }

  onLost(error: ExecError): void {
    // Its own failure says more: it tells whether the process may have been started.
    if (!this.#isOpening) this.#fail(error);
  }

  #accept(event: ProcessEvent): void {
    if (event.type === 'exited') {
      this.#exitedEvent ??= event;
      this.#forgetSignal();
      const { exitCode, signal, denial } = event;
      this.#exited.resolve({ exitCode, signal, ...(denial === undefined ? {} : { denial }) });
    } else if (event.type === 'closed') {
      this.#closedEvent ??= event;
      this.#closed.resolve(undefined);
    }
    this.#feed.push(event);
  }

  async #open(): Promise<void> {
    const { signal } = this.#origin;
    try {
      signal?.throwIfAborted();
      const open = await this.#origin.prepare();
      signal?.throwIfAborted();
      this.#throwIfLeft();
      this.#forget = this.#link.attach(this.id, this);
      this.#isOpening = true;
      const { summary, sandboxReport } = await open(this.#feed.leave(), this);
      if (summary !== undefined) this.#summary.resolve(summary);
      this.#sandboxReport.resolve(sandboxReport);
    } catch (error) {
      this.#fail(error);
      return;
    } finally {
      this.#isOpening = false;
    }
    this.#started.resolve(undefined);
    if (this.#departure !== undefined) return;
    this.#feed.started();
    this.#stdin.started();
  }

  #leave(): Departure {
    const name = JSON.stringify(this.id);
    const reason = new ExecError('processUnknown', `process ${name} was left by this client; join it again`);
    this.#feed.close();
    this.#feed.fail(reason);
    this.#stdin.fail(reason);
    this.#exited.reject(reason);
    this.#closed.reject(reason);
    return { reason, done: this.#detach() };
  }

  async #detach(): Promise<void> {
    // One that could not be joined need not be left.
    const isJoined = await this.started.then(
      () => true,
      () => false,
    );
    this.#forget();
    if (isJoined) await detach(this.#link, this.id);
  }

  async #ready(signal: AbortSignal | undefined): Promise<void> {
    await abortable(this.started, signal);
    this.#throwIfLeft();
  }

  #throwIfLeft(): void {
    if (this.#departure !== undefined) throw this.#departure.reason;
  }

  #fail(reason: unknown): void {
    this.#forgetSignal();
    this.#forget();
    this.#started.reject(reason);
    this.#sandboxReport.reject(reason);
    this.#summary.reject(reason);
    this.#exited.reject(reason);
    this.#closed.reject(reason);
    this.#stdin.fail(reason);
    this.#feed.fail(reason);
  }

  #forgetSignal(): void {
    this.#origin.signal?.removeEventListener('abort', this.#terminateQuietly);
  }

  readonly #terminateQuietly = (): void => {
    // Whoever waits on the process learns how it ended; a connection that is lost tells them so too.
    this.terminate().catch(() => undefined);
  };

  #stream(name: 'stdout' | 'stderr' | 'all'): ReadableStream<Uint8Array> {
    const existing = this.#streams.get(name);
    if (existing !== undefined) return existing;
    const stream = createByteStream(
      this.#feed.open(this.#origin.after, wantOutput(name === 'all' ? undefined : name)),
    );
    this.#streams.set(name, stream);
    return stream;
  }
}
