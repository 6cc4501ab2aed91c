/** What an error object says. */
interface WireError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** A message as it came. */
export interface Message {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: WireError;
}

/** An answer: one of the two. */
export interface Answer {
  readonly result?: unknown;
  readonly error?: WireError;
}
