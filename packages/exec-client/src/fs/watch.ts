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
 * The watches of one client. Whoever waits for the same paths shares one, and one that nobody waits for any more stays for
 * whoever asks next: the wire has no word to end it, and servers take so many of a connection only.
 */
export class FileWatches {
  readonly #port: FilePort;
  /** What settles with each watch that is set, by what it waits for. */
  readonly #open = new Map<string, Promise<void>>();

  constructor(port: FilePort) {
    this.#port = port;
  }

  /**
   * Waits until one of the missing paths is there or the present one is not, over however many connections.
   * @throws ExecError `unsupported` when the executor cannot watch; why the session was lost; the reason of `signal`.
   */
  async wait(paths: WatchedPaths, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const key = JSON.stringify([paths.missing, paths.present]);
    await abortable(this.#open.get(key) ?? this.#set(key, paths), signal);
  }

  #set(key: string, paths: WatchedPaths): Promise<void> {
    const over = watchPaths(this.#port, paths).finally(() => this.#open.delete(key));
    this.#open.set(key, over);
    return over;
  }
}

async function watchPaths(port: FilePort, paths: WatchedPaths): Promise<void> {
  lastWatch += 1;
  const watchId = lastWatch;
  const over = createDeferred<undefined>();
  let isSet = false;
  const set = async (): Promise<void> => {
    const params = { watchId, missing: [...paths.missing], present: paths.present };
    const { watching } = await port.request(fsWatchMissing, params);
    isSet = watching;
    if (watching) return;
    if (await hasHappened(port, paths)) over.resolve(undefined);
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
  await over.promise.finally(detach);
}

async function hasHappened(port: FilePort, { missing, present }: WatchedPaths): Promise<boolean> {
  const exists = (path: string): Promise<boolean> =>
    port.request(fsGetMetadata, { path }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ExecError && error.kind === 'fileNotFound') return false;
        throw error;
      },
    );
  const found = await Promise.all(missing.map(exists));
  return found.some(Boolean) || (present !== undefined && !(await exists(present)));
}
