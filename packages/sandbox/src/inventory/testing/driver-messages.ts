import type { TerminalStep } from './terminal.js';

/** A command to run in a sandbox. */
export interface DriverRequest {
  readonly id: number;
  /** As it would come over the wire. */
  readonly intent: unknown;
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** What the program takes for its own name; default the first of `argv`. */
  readonly arg0?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stateFolder: string;
  /** Base64. */
  readonly stdin?: string;
  /** It is at a terminal, and this is what is done there; what it prints there counts as its stdout. */
  readonly terminal?: readonly TerminalStep[];
  /** A managed network, instead of the one of the intent. */
  readonly hosts?: {
    readonly allow: readonly string[];
    readonly deny: readonly string[];
    /** What names stand for; those that are not here have no address. */
    readonly addresses: Readonly<Record<string, readonly string[]>>;
  };
}

/** What became of it. */
export interface DriverAnswer {
  /** Of the command; null when it never ran. */
  readonly exitCode: number | null;
  /** Of bubblewrap; null when a signal ended it. */
  readonly wrapperCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What a managed network was asked for, one line each. */
  readonly decisions: readonly string[];
}

/** What the driver sends back. */
export type DriverMessage =
  | 'ready'
  | { readonly id: number; readonly answer: DriverAnswer }
  | { readonly id: number; readonly problem: string };
