import type {
  ExecError,
  Extensions,
  NotificationSpec,
  ParamsOf,
  ProcessId,
  processClosed,
  processExited,
  processGap,
  processOutput,
  processResized,
  RequestSpec,
  ResultOf,
} from '@holdfast/exec-protocol';

/** Where what the server tells of one process arrives, as it came in. Nothing follows after `onLost`. */
export interface ProcessSink {
  onOutput(event: ParamsOf<typeof processOutput>): void;
  onResized(event: ParamsOf<typeof processResized>): void;
  onGap(event: ParamsOf<typeof processGap>): void;
  onExited(event: ParamsOf<typeof processExited>): void;
  onClosed(event: ParamsOf<typeof processClosed>): void;
  /** Nothing more will arrive; the error says why. */
  onLost(error: ExecError): void;
}

/** What processes need of a connection, and all that they see of it. */
export interface Link {
  /** What was granted on this connection. */
  readonly extensions: Extensions;
  /**
   * Sends a request and waits for its answer.
   * @throws ExecError with the peer's kind, `connectionLost` or `clientClosed`; the reason of `signal` when that fires first.
   */
  request<S extends RequestSpec>(spec: S, params: ParamsOf<S>, signal?: AbortSignal): Promise<ResultOf<S>>;
  notify<S extends NotificationSpec>(spec: S, params: ParamsOf<S>): void;
  /**
   * Sends what arrives for a process to `sink`, until the returned function is called.
   * @throws ExecError `processIdInUse` when a process of this client has the id; the reason why the link has ended.
   */
  attach(id: ProcessId, sink: ProcessSink): () => void;
}
