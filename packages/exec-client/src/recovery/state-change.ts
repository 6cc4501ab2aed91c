import type { ExecError } from '@holdfast/exec-protocol';

/**
 * How a client stands: `ready`; `recovering` while its connection is lost and calls wait; `failed` when the session could
 * not be got back; `closed` by its owner. The last two are final.
 */
export type ClientState = 'connecting' | 'ready' | 'recovering' | 'failed' | 'closed';

/** What it took to get a session back, or what was tried. */
export interface RecoveryReport {
  /** Connections that were tried. */
  readonly attempts: number;
  /** From the loss of the connection until everything was whole again, or given up. */
  readonly durationMs: number;
  /** Events that happened meanwhile and are told now. */
  readonly replayedEvents: number;
  /** Processes of which some events are no longer retained; their views fail with GapError. */
  readonly gaps: number;
  /** Requests that had no answer and were sent again. */
  readonly repeatedRequests: number;
  /** Processes that the server no longer knows; their handles fail with `processUnknown`. */
  readonly lostProcesses: number;
}

/** A client has another state. */
export interface StateChange {
  readonly state: ClientState;
  readonly previous: ClientState;
  /** Why the connection was lost, or the session. */
  readonly cause?: ExecError;
  /** Tells of the recovery that ends with this change. */
  readonly recovery?: RecoveryReport;
}

/** Hears of each change, at the moment at which it happens. */
export type StateListener = (change: StateChange) => void;
