/** A command to run in a sandbox. */
export interface DriverRequest {
  readonly id: number;
  /** As it would come over the wire. */
  readonly intent: unknown;
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stateFolder: string;
  /** Base64. */
  readonly stdin?: string;
}

/** What became of it. */
export interface DriverAnswer {
  /** Of the command; null when it never ran. */
  readonly exitCode: number | null;
  /** Of bubblewrap; null when a signal ended it. */
  readonly wrapperCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the driver sends back. */
export type DriverMessage =
  | 'ready'
  | { readonly id: number; readonly answer: DriverAnswer }
  | { readonly id: number; readonly problem: string };
