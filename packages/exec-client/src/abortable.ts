/**
 * Waits for `promise`, or until `signal` fires, whichever comes first. Only the wait ends; the work goes on.
 * @throws the reason of the signal, at once when it has fired already.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  // Whoever stopped waiting will not hear of a later failure, so nobody has to.
  promise.catch(() => undefined);
  return new Promise((resolve, reject: (reason: unknown) => void) => {
    signal.throwIfAborted();
    const abort = (): void => {
      reject(signal.reason);
    };
    const done = (): void => {
      signal.removeEventListener('abort', abort);
    };
    signal.addEventListener('abort', abort, { once: true });
    void promise.then(resolve, reject).finally(done);
  });
}
