import {
  asProcessId,
  asSessionId,
  bindRoute,
  type CloseKind,
  createPeer,
  ExecError,
  type Extensions,
  environmentInfo,
  environmentStatus,
  grantExtensions,
  initialize,
  memoryTransportPair,
  networkPolicyDecision,
  networkPolicyRequest,
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
  REQUESTS,
  type RequestSpec,
  type ResultOf,
  type Route,
  type SignalName,
  sandboxAppeared,
  sessionClose,
  sessionReplay,
  type Transport,
} from '@holdfast/exec-protocol';
import type { Client } from '../client.js';
import type { Clock } from '../clock.js';
import { openSession, type SessionOptions } from '../open-session.js';

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

const { files: _files, ...others } = offeredExtensions();

/** What a server grants that knows all but `files`. */
export const WITHOUT_FILES: Extensions = others;

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

/** The session of its client. */
const SESSION = asSessionId('session-1');

const ENVIRONMENT = {
  shell: { name: 'sh', path: '/bin/sh' },
  cwd: 'file:///srv',
  platformOs: 'linux',
};

/** A server that says what it is told to say, over transports in memory, to one client at a time. */
export class FakeServer {
  readonly asked: Asked[] = [];
  /** The same with connection and id: `2 #7 process/write`. */
  readonly wire: string[] = [];
  /** Fails dials while it is set. */
  isDown = false;
  /** Dials so far, those that failed included. */
  dials = 0;
  #connections = 0;
  #peer: Peer | undefined;
  #transport: Transport | undefined;
  readonly #answers = new Map<string, (params: never) => unknown>();
  /** What was answered to requests that change something, by id. */
  readonly #kept = new Map<string, Promise<unknown>>();

  constructor({ extensions = offeredExtensions(), tellsEnvironment = true }: FakeServerOptions = {}) {
    this.on(initialize, ({ resumeSessionId, extensions: offered }) => {
      if (resumeSessionId != null && resumeSessionId !== SESSION) {
        throw new ExecError('sessionUnknown', 'unknown session');
      }
      return {
        sessionId: SESSION,
        ...(tellsEnvironment ? { environmentInfo: ENVIRONMENT } : {}),
        ...(offered === undefined ? {} : { extensions: { ...grantExtensions(offered, extensions) } }),
      };
    });
    this.on(sessionReplay, ({ cursors }) => ({
      processes: cursors.map(({ processId, afterSeq }) => ({
        processId,
        firstSeq: 1,
        nextSeq: afterSeq + 1,
      })),
      missing: [],
    }));
    this.on(environmentInfo, () => ENVIRONMENT);
    this.on(environmentStatus, () => ({ status: 'ready' as const }));
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
  }

  /** Takes a connection, in place of the one before. */
  dial(): Promise<Transport> {
    this.dials += 1;
    if (this.isDown) return Promise.reject(new ExecError('connectFailed', 'nothing listens there'));
    const [left, right] = memoryTransportPair();
    this.#connections += 1;
    this.#transport = right;
    this.#peer = this.#serve(right, this.#connections);
    return Promise.resolve(left);
  }

  /** A client of this server. */
  connect(options?: SessionOptions, clock?: Clock): Promise<Client> {
    return openSession(() => this.dial(), options, clock);
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
    this.#peer?.notify(processOutput, { processId: asProcessId(id), seq, stream, chunk });
  }

  exited(
    id: string,
    seq: number,
    exitCode = 0,
    signal: SignalName | null = null,
    verdict: Pick<ParamsOf<typeof processExited>, 'sandboxDenied' | 'denial'> = {},
  ): void {
    this.#peer?.notify(processExited, { processId: asProcessId(id), seq, exitCode, signal, ...verdict });
  }

  resized(id: string, seq: number, rows: number, cols: number): void {
    this.#peer?.notify(processResized, { processId: asProcessId(id), seq, size: { rows, cols } });
  }

  gap(id: string, fromSeq: number, toSeq: number): void {
    this.#peer?.notify(processGap, { processId: asProcessId(id), fromSeq, toSeq, bytes: 10 });
  }

  closed(
    id: string,
    seq: number,
    told: Omit<ParamsOf<typeof processClosed>, 'processId' | 'seq'> = {},
  ): void {
    this.#peer?.notify(processClosed, { processId: asProcessId(id), seq, ...told });
  }

  /** Asks the client about the network of a process. */
  askPolicy(params: ParamsOf<typeof networkPolicyRequest>): Promise<ResultOf<typeof networkPolicyRequest>> {
    if (this.#peer === undefined) throw new Error('nobody is connected');
    return this.#peer.request(networkPolicyRequest, params);
  }

  /** Tells of a decision about the network of a process. */
  recordPolicy(record: ParamsOf<typeof networkPolicyDecision>): void {
    this.#peer?.notify(networkPolicyDecision, record);
  }

  /** Tells what has appeared while a process ran. */
  appeared(report: ParamsOf<typeof sandboxAppeared>): void {
    this.#peer?.notify(sandboxAppeared, report);
  }

  /** Sends a message as it stands. */
  send(message: string): void {
    this.#transport?.send(message);
  }

  /** Cuts the connection without a word. What it has sent still arrives. */
  cut(): void {
    this.#transport?.destroy();
  }

  /** Ends the connection with a word. */
  hangUp(kind: CloseKind, reason = ''): void {
    this.#transport?.close(kind, reason);
  }

  /** Takes nothing and says nothing any more on this connection, which stays. */
  stall(): void {
    this.#transport?.pause();
  }

  /** Goes on where it stalled. */
  unstall(): void {
    this.#transport?.resume();
  }

  #serve(transport: Transport, connection: number): Peer {
    const routes = Object.values(REQUESTS).map(
      (spec) => [spec.method, this.#route(spec, connection)] as const,
    );
    return createPeer({
      transport,
      routes: new Map<string, Route>(routes),
      onNotification: (method, params) => {
        this.asked.push({ method, params });
        this.wire.push(`${connection} ${method}`);
      },
      onUnmatchedAnswer: () => undefined,
      onMalformed: () => undefined,
      onInternalError: () => undefined,
      onDrain: () => undefined,
      onClose: () => undefined,
    });
  }

  #route(spec: RequestSpec, connection: number): Route {
    const run = bindRoute(spec, (params) => {
      this.asked.push({ method: spec.method, params });
      const answer = this.#answers.get(spec.method);
      if (answer === undefined) throw new ExecError('methodUnknown', spec.method);
      return answer(params as never);
    });
    return (params, id) => {
      this.wire.push(`${connection} #${id} ${spec.method}`);
      const kept = spec.mutates === true ? this.#kept.get(id) : undefined;
      const answer = kept ?? run(params, id);
      if (spec.mutates === true) this.#kept.set(id, answer);
      return answer;
    };
  }
}
