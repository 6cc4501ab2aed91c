import type { SandboxDenial, SandboxReport, SignalName } from '@holdfast/exec-protocol';
import type { SpawnOptions } from '../process/handle.js';

/** What can be written to a command: text goes as UTF-8. */
export type ExecInput =
  | string
  | Uint8Array
  | AsyncIterable<string | Uint8Array>
  | ReadableStream<string | Uint8Array>;

/** How a command is run to its end. */
export interface ExecOptions extends Omit<SpawnOptions, 'stdin' | 'lifetime'> {
  /**
   * Written to stdin, which then ends; default: the null device. A command that exits without reading it is no failure.
   * Fails with `unsupported`, before anything starts, on a server that cannot end stdin.
   */
  readonly input?: ExecInput;
  /** The command is terminated when it runs longer, and fails with the cause `timeout`; default: no limit. */
  readonly timeoutMs?: number;
  /** Time between SIGTERM and SIGKILL when the command is terminated; default 5,000. */
  readonly killGraceMs?: number;
  /**
   * Terminates the command. `exec` then fails at once with the reason of the signal; with `reject: false` it waits for
   * the end of the command and gives a result whose cause is `canceled`. A command whose start was not sent yet is never
   * started, and fails with the reason either way.
   */
  readonly signal?: AbortSignal;
  /** false: a command that fails gives its result like any other; default true, it throws an ExitError. */
  readonly reject?: boolean;
  /** What output becomes: text decoded from UTF-8, the default, or bytes. */
  readonly encoding?: 'utf8' | 'bytes';
}

/** Why a command ended: by itself, by a signal of someone else, by its time limit, or by the `signal` of its caller. */
export type ExecCause = 'exit' | 'signal' | 'timeout' | 'canceled';

/** How a command ended and what it printed. */
export interface ExecResult<T extends string | Uint8Array = string> {
  readonly id: string;
  /** The exit status, or 128 + n when signal n ended the command. */
  readonly exitCode: number;
  /** The signal that ended the command; null when it ended by itself or the server does not tell. */
  readonly signal: SignalName | null;
  readonly cause: ExecCause;
  /**
   * Where the server takes its sandbox for the reason of a failure: what that has denied it, the surest first. Nothing is listed
   * where the server tells no more, as without the `sandbox` extension.
   */
  readonly denial?: SandboxDenial;
  /** Where the command could do less than was asked for; absent without a sandbox, and where the server does not tell. */
  readonly sandboxReport?: SandboxReport;
  /** Whether the command ended in any other way than by itself with exit status 0. */
  readonly failed: boolean;
  readonly timedOut: boolean;
  readonly canceled: boolean;
  /** Streams of which only the first 64 MiB are here; of `output` the first 128 MiB are kept. */
  readonly truncated: { readonly stdout: boolean; readonly stderr: boolean };
  /** false when a descendant still held the output 2 s after the command had ended; what it writes later is not here. */
  readonly drained: boolean;
  readonly stdout: T;
  readonly stderr: T;
  /** Both streams in the order in which they came. */
  readonly output: T;
  /** From the call to the end of the command, in milliseconds. */
  readonly durationMs: number;
}
