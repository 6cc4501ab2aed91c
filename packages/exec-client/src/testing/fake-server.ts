import {
  asProcessId,
  asSessionId,
  bindRoute,
  createPeer,
  ExecError,
  type Extensions,
  environmentInfo,
  grantExtensions,
  initialize,
  memoryTransportPair,
  offeredExtensions,
  type ParamsOf,
  type Peer,
  type ProcessSummary,
  processAttach,
  processClosed,
  processCloseStdin,
  processDetach,
  processExited,
  processGap,
  processList,
  processOutput,
  processRead,
  processResize,
  processResized,
  processSignal,
  processStart,
  processTerminate,
  processWrite,
  type RequestSpec,
  type ResultOf,
  type Route,
  type SignalName,
  sessionClose,
  type Transport,
} from '@holdfast/exec-protocol';
import type { Client } from '../client.js';
import type { Clock } from '../clock.js';
import { type ConnectOptions, openClient } from '../connect.js';

/** What a fake server was asked, requests and notifications alike, in order. */
export interface Asked {
  readonly method: string;
  readonly params: unknown;
}

/** How a fake server behaves. */
export interface FakeServerOptions {
  /** What it grants of what is offered; default everything. */
  readonly extensions?: Extensions;
  /** Whether `initialize` tells about the environment; default true. */
  readonly tellsEnvironment?: boolean;
}

/** Stdin was taken. */
export const ACCEPTED = { status: 'accepted' } as const;

/** A process of some other session. */
export const SUMMARY: ProcessSummary = {
  ref: 'abc123',
  id: 'theirs',
  session: 's1',
  argv: ['sleep', '60'],
  cwd: 'file:///srv',
  pid: 4711,
  tty: false,
  lifetime: 'server',
  startedAtMs: 0,
  state: 'running',
  exitCode: null,
  firstSeq: 1,
  nextSeq: 1,
};

const ENVIRONMENT = {
  shell: { name: 'sh', path: '/bin/sh' },
  cwd: 'file:///srv',
  platformOs: 'linux',
};

/** A server that says what it is told to say, over a transport in memory. */
export class FakeServer {
  readonly transport: Transport;
  readonly asked: Asked[] = [];
  readonly #peer: Peer;
  readonly #serverTransport: Transport;
  readonly #answers = new Map<string, (params: never) => unknown>();

  constructor({ extensions = offeredExtensions(), tellsEnvironment = true }: FakeServerOptions = {}) {
    const [left, right] = memoryTransportPair();
    this.transport = left;
    this.#serverTransport = right;
    this.on(initialize, ({ extensions: offered }) => ({
      sessionId: asSessionId('session-1'),
      ...(tellsEnvironment ? { environmentInfo: ENVIRONMENT } : {}),
      ...(offered === undefined ? {} : { extensions: { ...grantExtensions(offered, extensions) } }),
    }));
    this.on(environmentInfo, () => ENVIRONMENT);
    this.on(processStart, ({ processId }) => ({ processId }));
    this.on(processRead, () => ({ chunks: [], nextSeq: 1, exited: false, exitCode: null, closed: false }));
    this.on(processWrite, () => ACCEPTED);
    this.on(processCloseStdin, () => ACCEPTED);
    this.on(processSignal, () => ({}));
    this.on(processTerminate, () => ({ running: true }));
    this.on(processList, () => ({ processes: [SUMMARY] }));
    this.on(processAttach, () => ({ process: SUMMARY }));
    this.on(processDetach, () => ({}));
    this.on(processResize, () => ({}));
    this.on(sessionClose, () => ({ processes: 0 }));
    const specs = [
      processList,
      processAttach,
      processDetach,
      processResize,
      initialize,
      environmentInfo,
      processStart,
      processRead,
      processWrite,
      processCloseStdin,
      processSignal,
      processTerminate,
      sessionClose,
    ];
    this.#peer = createPeer({
      transport: right,
      routes: new Map<string, Route>(specs.map((spec) => [spec.method, this.#route(spec)])),
      onNotification: (method, params) => {
        this.asked.push({ method, params });
      },
      onUnmatchedAnswer: () => undefined,
      onMalformed: () => undefined,
      onInternalError: () => undefined,
      onDrain: () => undefined,
      onClose: () => undefined,
    });
  }

  /** Answers a method from now on. */
  on<S extends RequestSpec>(
    spec: S,
    answer: (params: ParamsOf<S>) => ResultOf<S> | Promise<ResultOf<S>>,
  ): void {
    this.#answers.set(spec.method, answer);
  }

  /** Parameters of everything that was asked with this method. */
  paramsOf(method: string): readonly unknown[] {
    return this.asked.filter((asked) => asked.method === method).map(({ params }) => params);
  }

  output(
    id: string,
    seq: number,
    text: string | Uint8Array,
    stream: 'stdout' | 'stderr' | 'pty' = 'stdout',
  ): void {
    const chunk = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    this.#peer.notify(processOutput, { processId: asProcessId(id), seq, stream, chunk });
  }

  exited(id: string, seq: number, exitCode = 0, signal: SignalName | null = null): void {
    this.#peer.notify(processExited, { processId: asProcessId(id), seq, exitCode, signal });
  }

  resized(id: string, seq: number, rows: number, cols: number): void {
    this.#peer.notify(processResized, { processId: asProcessId(id), seq, size: { rows, cols } });
  }

  gap(id: string, fromSeq: number, toSeq: number): void {
    this.#peer.notify(processGap, { processId: asProcessId(id), fromSeq, toSeq, bytes: 10 });
  }

  closed(
    id: string,
    seq: number,
    told: Omit<ParamsOf<typeof processClosed>, 'processId' | 'seq'> = {},
  ): void {
    this.#peer.notify(processClosed, { processId: asProcessId(id), seq, ...told });
  }

  /** Sends a message as it stands. */
  send(message: string): void {
    this.#serverTransport.send(message);
  }

  /** Cuts the connection without a word. */
  cut(): void {
    this.#serverTransport.destroy();
  }

  /** A client of this server. */
  connect(options?: ConnectOptions, clock?: Clock): Promise<Client> {
    return openClient(this.transport, options, clock);
  }

  #route(spec: RequestSpec): Route {
    return bindRoute(spec, (params) => {
      this.asked.push({ method: spec.method, params });
      const answer = this.#answers.get(spec.method);
      if (answer === undefined) throw new ExecError('methodUnknown', spec.method);
      return answer(params as never);
    });
  }
}
