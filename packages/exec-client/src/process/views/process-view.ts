import { abortable } from '../../abortable.js';

/**
 * An open look at a process: iterate it once. It is open from the call that made it on, and what it has not handed out
 * yet holds room, so iterate it to the end, leave the loop, or call `return()`.
 */
export interface ProcessView<T> extends AsyncIterableIterator<T, undefined, undefined>, AsyncDisposable {
  next(): Promise<IteratorResult<T, undefined>>;
  /** Ends the view and frees what waits in it; a pending `next` answers that the view is done. */
  return(): Promise<IteratorResult<T, undefined>>;
  [Symbol.asyncIterator](): ProcessView<T>;
}

/** What is behind a view. */
export interface ViewDriver<T> {
  /** The next value if it is there already: most are, and a promise costs more than they do. */
  take(): T | undefined;
  /** The next value, or undefined after the last; asked for one at a time. */
  next(): Promise<T | undefined>;
  close(): void;
}

/** @param signal Ends the view; `next` then fails with its reason. */
export function createProcessView<T>(driver: ViewDriver<T>, signal: AbortSignal | undefined): ProcessView<T> {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const close = (): void => {
    signal?.removeEventListener('abort', close);
    driver.close();
  };
  if (signal?.aborted === true) close();
  else signal?.addEventListener('abort', close, { once: true });

  const advance = async (): Promise<IteratorResult<T, undefined>> => {
    try {
      signal?.throwIfAborted();
      const value = await abortable(driver.next(), signal);
      if (value !== undefined) return { done: false, value };
    } catch (error) {
      close();
      throw error;
    }
    close();
    return { done: true, value: undefined };
  };
  const view: ProcessView<T> = {
    next() {
      const ready = waiting === 0 && signal?.aborted !== true ? driver.take() : undefined;
      if (ready !== undefined) return Promise.resolve({ done: false, value: ready });
      waiting += 1;
      const result = last.then(advance);
      const settled = (): void => {
        waiting -= 1;
      };
      last = result.then(settled, settled);
      return result;
    },
    return() {
      close();
      return Promise.resolve({ done: true, value: undefined });
    },
    async [Symbol.asyncDispose]() {
      await view.return();
    },
    [Symbol.asyncIterator]: () => view,
  };
  return view;
}
