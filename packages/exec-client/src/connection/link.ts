import type {
  ExecError,
  Extensions,
  httpBodyDelta,
  NotificationSpec,
  networkPolicyDecision,
  networkPolicyRequest,
  ParamsOf,
  ProcessId,
  processClosed,
  processExited,
  processGap,
  processOutput,
  processRead,
  processResized,
  RequestSpec,
  ResultOf,
  SandboxAppearedReport,
} from '@holdfast/exec-protocol';

/** From where the events of a process have to go on. */
export interface ResumePoint {
  /** Everything up to this seq has arrived. */
  readonly afterSeq: number;
  /** Output that may follow; 0 when none is wanted, or without windows. */
  readonly windowBytes: number;
}

/** What a page told of the time without a link. */
export interface CaughtUp {
  /** Events that were new. */
  readonly events: number;
  /** Whether some were no longer retained. */
  readonly hasGap: boolean;
}

/** Where what the server tells of one process arrives, as it came in. Nothing follows after `onLost`. */
export interface ProcessSink {
  onOutput(event: ParamsOf<typeof processOutput>): void;
  onResized(event: ParamsOf<typeof processResized>): void;
  onGap(event: Pick<ParamsOf<typeof processGap>, 'toSeq'>): void;
  onExited(event: ParamsOf<typeof processExited>): void;
  onClosed(event: ParamsOf<typeof processClosed>): void;
  /** The link was replaced. @returns from where events have to be pushed, or undefined when all have arrived. */
  resume(): ResumePoint | undefined;
  /** Takes what happened after `afterSeq` from a server that does not push it again. */
  onPage(page: ResultOf<typeof processRead>, afterSeq: number): CaughtUp;
  /** Nothing more will arrive; the error says why. */
  onLost(error: ExecError): void;
}

/** Where the pieces of one streamed response arrive, in order. Nothing follows after `onLost`. */
export interface BodySink {
  onDelta(delta: ParamsOf<typeof httpBodyDelta>): void;
  /** The connection that brought them is lost; the error says how. */
  onLost(error: ExecError): void;
}

/** What the server asks and tells of the network of one process. */
export interface NetworkSink {
  authorize(
    request: ParamsOf<typeof networkPolicyRequest>['request'],
  ): Promise<ResultOf<typeof networkPolicyRequest>['decision']>;
  onDecision(record: ParamsOf<typeof networkPolicyDecision>): void;
}

/** Hears what has appeared while one process ran, once at most. */
export type AppearedListener = (report: SandboxAppearedReport) => void;

/** What is told of one watch. */
export interface WatchSink {
  onChanged(): void;
  /** The connection was replaced, and with it went what the server knew of the watch. */
  onReplaced(): void;
  /** Nothing more will be told; the error says why. */
  onLost(error: ExecError): void;
}

/**
 * What a signal stops. `wait`: the caller hears no more, and what was sent goes on unwatched. `unsent`: what was not sent yet
 * never is, and the answer to what was is waited for all the same.
 */
export type Stops = 'wait' | 'unsent';

/** What handles need of a session, and all that they see of it: one that outlives its connections. */
export interface Link {
  /** What was granted to this session. */
  readonly extensions: Extensions;
  /**
   * Sends a request and waits for its answer, however many connections that takes. What is not sent when `signal` fires
   * never is.
   * @param stops What `signal` stops; default `wait`.
   * @throws ExecError with the peer's kind; `outcomeUnknown` when it was sent and nobody can say what came of it;
   *   `connectionLost` when the session was lost before it was sent, or when it only reads; `clientClosed`; the reason of
   *   `signal`, at once when that stops it.
   */
  request<S extends RequestSpec>(
    spec: S,
    params: ParamsOf<S>,
    signal?: AbortSignal,
    stops?: Stops,
  ): Promise<ResultOf<S>>;
  /** Tells the server something that matters to the present connection alone. */
  notify<S extends NotificationSpec>(spec: S, params: ParamsOf<S>): void;
  /**
   * Sends what arrives for a process to `sink`, until the returned function is called.
   * @throws ExecError `processIdInUse` when a process of this client has the id; the reason why the link has ended.
   */
  attach(id: ProcessId, sink: ProcessSink): () => void;
  /** Sends what arrives of a streamed response to `sink`, until the returned function is called. */
  attachBody(requestId: string, sink: BodySink): () => void;
  /** Asks and tells `sink` about the network of a process, until the returned function is called. */
  attachNetwork(id: ProcessId, sink: NetworkSink): () => void;
  /**
   * Tells `listener` what has appeared while a process ran, whenever that comes.
   * @returns what says that the process is over, after which only so many are kept.
   */
  attachAppeared(id: ProcessId, listener: AppearedListener): () => void;
  /** Tells `sink` of a watch, until the returned function is called. */
  attachWatch(watchId: number, sink: WatchSink): () => void;
}
