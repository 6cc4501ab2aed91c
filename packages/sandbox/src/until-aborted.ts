/**
 * Waits for work until nobody wants it any more; what the work comes to then is dropped, so it must leave nothing behind.
 * @throws the reason of the signal, and what the work throws.
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let giveUp = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason as Error);
  });
  if (signal.aborted) giveUp();
  else signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/** Of what nobody calls off. */
export const NEVER_ABORTED: AbortSignal = new AbortController().signal;
