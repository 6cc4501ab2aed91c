import type { SandboxDenial, SignalName, TerminalSize } from '@holdfast/exec-protocol';
import type { OutputStream } from '../spawn/child.js';

/** Where a fact stands. */
export interface Position {
  /** Rises by one from 1, over all kinds of facts. */
  readonly seq: number;
  /** How many bytes of output came before it. */
  readonly offset: number;
}

const NO_BYTES = new Uint8Array(0);

type ResizedEvent = Position & { readonly type: 'resized'; readonly size: TerminalSize };

export type ExitedEvent = Position & {
  readonly type: 'exited';
  readonly exitCode: number;
  readonly signal: SignalName | null;
  /** What its sandbox has denied it, where that made it fail. */
  readonly denial?: SandboxDenial;
};

export type ClosedEvent = Position & { readonly type: 'closed' };

/** Output as it is delivered. Its bytes may be overwritten once the reader takes the next event. */
export type OutputEvent = Position & {
  readonly type: 'output';
  readonly stream: OutputStream;
  readonly bytes: Uint8Array;
};

/** Output as it is kept. */
export type OutputEntry = Position & {
  readonly type: 'output';
  readonly stream: OutputStream;
  readonly length: number;
  /** The bytes where they are in memory, or where they lie in the spill. */
  readonly at: Uint8Array | number;
};

type StateEvent = ResizedEvent | ExitedEvent | ClosedEvent;

/** One fact about a process, as a reader gets it. */
export type LogEvent = OutputEvent | StateEvent;

/** One fact about a process, as the log keeps it. */
export type LogEntry = OutputEntry | StateEvent;

/** Output whose bytes have left memory. */
export type SpilledEntry = OutputEntry & { readonly at: number };

export function isSpilled(entry: LogEntry): entry is SpilledEntry {
  return entry.type === 'output' && typeof entry.at === 'number';
}

/** Bytes of output in an entry, wherever they lie. */
export function lengthOf(entry: LogEntry): number {
  return entry.type === 'output' ? entry.length : 0;
}

/** Bytes of output that an entry holds in memory. */
export function residentLength(entry: LogEntry): number {
  return isSpilled(entry) ? 0 : lengthOf(entry);
}

/** The bytes of an entry that are in memory; none for a state event. */
export function residentBytes(entry: LogEntry): Uint8Array {
  return entry.type === 'output' && entry.at instanceof Uint8Array ? entry.at : NO_BYTES;
}

/** What a reader gets for an entry whose bytes are at hand. */
export function outputEvent({ seq, offset, stream }: OutputEntry, bytes: Uint8Array): OutputEvent {
  return { type: 'output', seq, offset, stream, bytes };
}
