import {
  type EnvironmentInfo,
  ExecError,
  type Extensions,
  fsClose,
  fsDigest,
  fsOpen,
  fsReadBlock,
  fsRename,
  fsWriteBlock,
  type ParamsOf,
  type RequestSpec,
  type ResultOf,
} from '@holdfast/exec-protocol';
import { abortable } from '../abortable.js';
import type { Clock } from '../clock.js';
import type { Stops, WatchSink } from '../connection/link.js';
import { newHandleId } from '../id.js';

/** What files need of a session. */
export interface FilePort {
  /** Sends a request and waits for its answer. @param stops What `signal` stops; default `wait`. */
  request<S extends RequestSpec>(
    spec: S,
    params: ParamsOf<S>,
    signal?: AbortSignal,
    stops?: Stops,
  ): Promise<ResultOf<S>>;
  readonly clock: Clock;
  /** What was agreed on with the server. */
  extensions(): Extensions;
  /** What the executor says of itself, whose rules its paths follow. */
  environment(): Promise<EnvironmentInfo>;
  /** Tells `sink` of a watch, until the returned function is called. */
  attachWatch(watchId: number, sink: WatchSink): () => void;
}

/** An open file by its id on the wire. */
export interface OpenFile {
  read(position: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  write(position: number, bytes: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** The digest of its first `length` bytes. With the extension `files` alone. */
  digest(length: number, signal?: AbortSignal): Promise<ResultOf<typeof fsDigest>>;
  /** Gives it another name, and permissions from before that on. With the extension `files` alone. */
  rename(uri: string, permissions: number, signal?: AbortSignal): Promise<void>;
  /** Closes it, also when `signal` ends the wait for that. */
  close(signal?: AbortSignal): Promise<void>;
}

/** How a file is opened; all but `mode` with the extension `files` alone. */
export type OpenOptions = Omit<ParamsOf<typeof fsOpen>, 'handleId' | 'path' | 'sandbox'>;

/** Opens a file. Whoever gets it closes it, once everything that was asked of it is done. */
export async function openFile(
  port: FilePort,
  uri: string,
  options: OpenOptions,
  signal?: AbortSignal,
): Promise<OpenFile> {
  const handleId = newHandleId();
  const opening = port.request(fsOpen, { handleId, path: uri, ...options }, signal, 'unsent');
  const close = async (): Promise<void> => {
    await port.request(fsClose, { handleId });
  };
  try {
    await abortable(opening, signal);
  } catch (error) {
    // Whoever stopped waiting has nothing to close it by.
    opening.then(close).catch(() => undefined);
    throw error;
  }
  let closing: Promise<void> | undefined;
  const use = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw closing === undefined && isUnknownHandle(error) ? lostFile(uri, error) : error;
    }
  };
  return {
    read: async (offset, len, stop) =>
      (await use(port.request(fsReadBlock, { handleId, offset, len }, stop))).chunk,
    async write(offset, chunk, stop) {
      await use(port.request(fsWriteBlock, { handleId, offset, chunk }, stop));
    },
    digest: (length, stop) => use(port.request(fsDigest, { handleId, length }, stop)),
    async rename(path, permissions, stop) {
      await use(port.request(fsRename, { handleId, path, permissions, followSymlinks: false }, stop));
    },
    close: (stop) => abortable((closing ??= close()), stop),
  };
}

function isUnknownHandle(error: unknown): error is ExecError {
  return error instanceof ExecError && error.kind === 'fileHandleUnknown';
}

function lostFile(uri: string, cause: ExecError): ExecError {
  return new ExecError(
    'connectionLost',
    `the link was lost, and with it the server closed ${uri}; open it again`,
    { cause },
  );
}
