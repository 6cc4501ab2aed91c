import type { Clock } from './clock.js';

/** A signal that fires with another one, and after some time unless that is ended before. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /** May be called twice. */
  readonly end: () => void;
}

/**
 * Has a timer and a signal of its own: one of `AbortSignal.timeout` that only `AbortSignal.any` knows is collected by Node 20 with the
 * rest, and never fires.
 * @param reason Why it fires when the time is over.
 */
export function timeLimit(
  clock: Pick<Clock, 'after'>,
  over: AbortSignal,
  limitMs: number,
  reason: () => Error,
): TimeLimit {
  const limit = new AbortController();
  const timer = clock.after(limitMs, () => {
    limit.abort(reason());
  });
  const stop = (): void => {
    timer.cancel();
    limit.abort(over.reason);
  };
  if (over.aborted) stop();
  else over.addEventListener('abort', stop, { once: true });
  return {
    signal: limit.signal,
    end: () => {
      timer.cancel();
      over.removeEventListener('abort', stop);
    },
  };
}
