import type { SandboxDenial, SignalName, TerminalSize } from '@holdfast/exec-protocol';

/** Where output came from; a terminal merges both streams into `pty`. */
export type OutputStream = 'stdout' | 'stderr' | 'pty';

/** A piece of output, cut anywhere. `bytes` is shared with other views of the process: do not change it. */
export interface OutputEvent {
  readonly type: 'output';
  /** Position in the event log of the process: 1, 2, 3 … without holes over all types of events. */
  readonly seq: number;
  readonly stream: OutputStream;
  readonly bytes: Uint8Array;
}

/** The terminal has another size from here on. */
export interface ResizedEvent {
  readonly type: 'resized';
  readonly seq: number;
  readonly size: TerminalSize;
}

/** The process itself has ended; output of its descendants may follow. */
export interface ExitedEvent {
  readonly type: 'exited';
  readonly seq: number;
  /** The exit status, or 128 + n when signal n ended it. */
  readonly exitCode: number;
  /** The signal that ended the process; null when it ended by itself or the server does not tell. */
  readonly signal: SignalName | null;
  /**
   * Where the server takes its sandbox for the reason of a failure: what that has denied it, the surest first. Nothing is listed
   * where the server tells no more, as without the `sandbox` extension.
   */
  readonly denial?: SandboxDenial;
}

/** The output is complete; nothing follows. */
export interface ClosedEvent {
  readonly type: 'closed';
  readonly seq: number;
  /** Bytes of each stream over the whole life of the process, where the server tells. */
  readonly bytes?: { readonly stdout: number; readonly stderr: number; readonly pty: number };
  /** Processes that still held the output when it was cut; absent when it ended by itself. */
  readonly holders?: readonly { readonly pid: number; readonly name: string }[];
}

/** One entry of the event log of a process. */
export type ProcessEvent = OutputEvent | ResizedEvent | ExitedEvent | ClosedEvent;
