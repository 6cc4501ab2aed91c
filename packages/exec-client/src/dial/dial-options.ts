/** What goes with a dial. */
export interface DialOptions {
  readonly token: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Gives up, with its reason. */
  readonly signal: AbortSignal;
}
