import type { Clock } from './clock.js';

/** How long something may take. */
export interface Limit {
  readonly clock: Clock;
  readonly ms: number;
  /** Says why it was given up. */
  readonly late: () => Error;
  /** Gives up too, with its reason. */
  readonly signal: AbortSignal | undefined;
}

/** Does something that stops at a signal, which fires when the time is over or when the caller's does. */
export async function within<T>(
  { clock, ms, late, signal: outer }: Limit,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = new AbortController();
  const abort = (): void => {
    inner.abort(outer?.reason);
  };
  if (outer?.aborted === true) abort();
  outer?.addEventListener('abort', abort, { once: true });
  const timer = clock.after(ms, () => {
    inner.abort(late());
  });
  try {
    return await run(inner.signal);
  } finally {
    timer.cancel();
    outer?.removeEventListener('abort', abort);
  }
}
