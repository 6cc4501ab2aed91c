import { ExecError, fsGetMetadata, fsWatchMissing } from '@holdfast/exec-protocol';
import { abortable } from '../abortable.js';
import { createDeferred } from '../deferred.js';
import type { FilePort } from './file-requests.js';

/** What is waited for. */
export interface WatchedPaths {
  /** URIs of which one is to appear. */
  readonly missing: readonly string[];
  /** The URI that is to go. */
  readonly present: string | undefined;
}

let lastWatch = 0;

/**
 * Waits until one of the missing paths is there or the present one is not, over however many connections.
 * @throws ExecError `unsupported` when the executor cannot watch; why the session was lost; the reason of `signal`.
 */
export async function watchPaths(
  port: FilePort,
  { missing, present }: WatchedPaths,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  lastWatch += 1;
  const watchId = lastWatch;
  const over = createDeferred<undefined>();
  let isSet = false;
  const set = async (): Promise<void> => {
    const { watching } = await port.request(
      fsWatchMissing,
      { watchId, missing: [...missing], present },
      signal,
    );
    isSet = watching;
    if (watching) return;
    if (await hasHappened(port, { missing, present }, signal)) over.resolve(undefined);
    else throw new ExecError('unsupported', 'the executor cannot watch these paths now; look again later');
  };
  const begin = (): void => {
    isSet = false;
    set().catch((error: unknown) => {
      over.reject(error);
    });
  };
  const detach = port.attachWatch(watchId, {
    onChanged: () => {
      over.resolve(undefined);
    },
    onReplaced: () => {
      // A request that is not answered reaches the new connection by itself, and the server takes each watch once.
      if (isSet) begin();
    },
    onLost: (error) => {
      over.reject(error);
    },
  });
  begin();
  try {
    await abortable(over.promise, signal);
  } finally {
    detach();
  }
}

async function hasHappened(
  port: FilePort,
  { missing, present }: WatchedPaths,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const exists = (path: string): Promise<boolean> =>
    port.request(fsGetMetadata, { path }, signal).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ExecError && error.kind === 'fileNotFound') return false;
        throw error;
      },
    );
  const found = await Promise.all(missing.map(exists));
  return found.some(Boolean) || (present !== undefined && !(await exists(present)));
}
