import type { OutputStream } from '@holdfast/exec-server/core';

/** One thing that a child does by itself, some time after the one before. */
export interface ScriptStep {
  readonly afterMs: number;
  readonly act:
    | { readonly type: 'print'; readonly stream: 'out' | 'err'; readonly bytes: number }
    | { readonly type: 'exit'; readonly code: number };
}

/** What a child does. It always ends by itself, sooner or later. */
export interface Script {
  /** How long the system takes to start it; undefined when it cannot. */
  readonly spawnMs: number | undefined;
  /** In order. After `exit` what follows is printed by a descendant that still holds the output. */
  readonly steps: readonly ScriptStep[];
  /** How long the child takes to read one piece of stdin. */
  readonly readMs: number;
  /** What it does with what it has read. */
  readonly stdin: 'ignore' | 'echo';
  /** Whether the end of its stdin ends it. */
  readonly endsWithStdin: boolean;
  /** What it does when it is asked to end. */
  readonly onTerm: 'end' | 'ignore' | 'printAndEnd';
  /** How long after its end the last pipe is closed. */
  readonly closeMs: number;
}

/** How many bytes of output it prints by itself. */
export function bytesPrinted({ steps }: Script): number {
  return steps.reduce((sum, { act }) => sum + (act.type === 'print' ? act.bytes : 0), 0);
}

/** What happened to one child, as the system saw it: what the cores say is compared with this. */
export interface ChildRecord {
  readonly name: string;
  readonly isTerminal: boolean;
  readonly hasStdin: boolean;
  readonly startedAtMs: number;
  /** Everything that the server was given, in order. */
  readonly events: ModelEvent[];
  /** What was written to stdin, piece by piece, and its end; on a terminal more may follow. */
  readonly stdin: (Uint8Array | 'end')[];
  /** Every signal that reached it or its group or tree, kills by the server apart. */
  readonly signals: string[];
  exitedAtMs: number | undefined;
  closedAtMs: number | undefined;
}

/** An entry of the event log as it should be. */
export type ModelEvent =
  | { readonly type: 'output'; readonly stream: OutputStream; readonly bytes: Uint8Array }
  | { readonly type: 'resized'; readonly rows: number; readonly cols: number }
  | { readonly type: 'exited'; readonly exitCode: number; readonly signal: string | null }
  | { readonly type: 'closed' };
