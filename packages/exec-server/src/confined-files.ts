import type { fsOpen, ParamsOf, RequestSpec, ResultOf } from '@holdfast/exec-protocol';

/** A piece of a file. */
export interface FileBlock {
  readonly chunk: Uint8Array;
  /** Fewer bytes were there than asked for. */
  readonly eof: boolean;
}

/** A file that is open somewhere, for whoever reads and writes pieces of it. */
export interface FileBlocks {
  read(offset: number, length: number): Promise<FileBlock>;
  write(offset: number, chunk: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** What carries out requests inside of one sandbox. */
export interface FilesInside {
  /** @throws ExecError as the request itself would fail; `outcomeUnknown` where the sandbox ended before it was answered. */
  request<S extends RequestSpec>(spec: S, params: ParamsOf<S>): Promise<ResultOf<S>>;
  /** Opens a file that is closed before the work is over. @throws ExecError as `request`. */
  openFile(file: FileToOpen): Promise<FileBlocks>;
}

/** Which file is opened in a sandbox, and how. */
export type FileToOpen = Omit<ParamsOf<typeof fsOpen>, 'handleId' | 'keep' | 'sandbox'>;

/** A sandbox for requests. */
export interface FilePlace {
  /**
   * Does `work` inside of the sandbox as it has to be now.
   * @param isLook It changes nothing, and so is done once more when the sandbox ends meanwhile.
   * @throws ExecError `sandboxUnsupported`, `limitExceeded` where the sandbox is not set up in time, or what `work` throws.
   */
  use<T>(isLook: boolean, work: (inside: FilesInside) => Promise<T>): Promise<T>;
  /** Opens a file inside, which keeps the sandbox until it is closed. @throws ExecError as `use`, or why it cannot be opened. */
  open(isLook: boolean, file: FileToOpen): Promise<FileBlocks>;
}

/** A session, of which only one uses a sandbox at a time. */
export interface FileSession {
  /** Names it, and no other one. */
  readonly label: string;
  /** Whose it is. */
  readonly principal: string;
  /** Fires when nobody waits for its answers any more. */
  readonly ended: AbortSignal;
}

/** Where the requests of one session are carried out. */
export interface FilePlaces {
  /** As `ConfinedFiles.placeOf`, until the session has ended. */
  placeOf(sandbox: Readonly<Record<string, unknown>> | null | undefined): FilePlace | undefined;
}

/** Confines file requests. */
export interface ConfinedFiles {
  /** Ends all sandboxes, whatever they do, and waits until they are gone. What is asked of them then fails. */
  close(): Promise<void>;
  /**
   * Where a request is carried out; undefined where nothing confines it.
   * @param sandbox As the client sent it.
   * @param session Whose it is; the same object each time. When it ends, sandboxes that are set up for it end at once, and
   *   others when its requests have had `FILES_END_MS` more.
   * @throws ExecError `sandboxUnsupported` for an intent that is not understood.
   */
  placeOf(
    sandbox: Readonly<Record<string, unknown>> | null | undefined,
    session: FileSession,
  ): FilePlace | undefined;
}
