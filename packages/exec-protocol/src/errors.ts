import { shortened } from './shortened.js';

/**
 * Every way in which a request or a handle can fail, with its JSON-RPC code.
 *
 * Codes from -32600 to -32603, -32004 and -32010 are those of the reference wire. -32040 to -32059 are ours. Read
 * `kind` rather than the message: the kind is stable and travels as `error.data.kind`.
 */
export const ERROR_KINDS = {
  malformedMessage: { code: -32600, meaning: 'the message is not one JSON-RPC object of this dialect' },
  protocolState: { code: -32600, meaning: 'the request is not allowed at this point of the handshake' },
  sessionUnknown: { code: -32600, meaning: 'no such session: it expired, was closed or never existed' },
  sessionBusy: { code: -32010, meaning: 'the session is attached to another connection; try again' },
  processUnknown: { code: -32600, meaning: 'no such process in this session' },
  processIdInUse: { code: -32600, meaning: 'a process of this session already has this id' },
  methodUnknown: { code: -32601, meaning: 'the peer does not implement this method' },
  invalidParams: { code: -32602, meaning: 'the parameters have the wrong shape, type or value' },
  refAmbiguous: { code: -32602, meaning: 'several processes have this id; name one by its ref' },
  invalidPath: { code: -32602, meaning: 'a path URI is malformed or foreign to the executor' },
  sandboxUnsupported: { code: -32602, meaning: 'the executor cannot enforce the sandbox that was asked for' },
  sandboxNested: {
    code: -32602,
    meaning: 'the executor runs inside of a sandbox of its system, in which there can be no other',
  },
  internal: { code: -32603, meaning: 'the peer failed; its log has the cause' },
  missingProgram: { code: -32603, meaning: 'argv[0] is empty' },
  programNotFound: { code: -32603, meaning: 'the program does not exist on the executor' },
  cwdNotFound: { code: -32603, meaning: 'the working directory does not exist on the executor' },
  cwdNotDirectory: { code: -32603, meaning: 'the working directory is not a directory' },
  permissionDenied: { code: -32603, meaning: 'the program or the working directory may not be used' },
  badExecutable: { code: -32603, meaning: 'the program has a format that the executor cannot run' },
  argumentsTooLong: { code: -32603, meaning: 'argv and env together exceed what the executor accepts' },
  noDescriptors: { code: -32603, meaning: 'the executor has no file descriptors left' },
  noProcesses: { code: -32603, meaning: 'the executor cannot create another process' },
  spawnFailed: { code: -32603, meaning: 'the process could not be started' },
  ptyUnavailable: { code: -32603, meaning: 'the executor cannot give the process a terminal' },
  stdinBroken: { code: -32603, meaning: 'the process has ended, its stdin takes no more bytes' },
  fileNotFound: { code: -32004, meaning: 'the path does not exist on the executor' },
  fileHandleUnknown: { code: -32004, meaning: 'no open file has this id' },
  fileAccessDenied: { code: -32600, meaning: 'the system of the executor does not allow it' },
  fileHandleInUse: { code: -32600, meaning: 'an open file has this id already' },
  notAFile: { code: -32600, meaning: 'the path leads to something other than a regular file' },
  fileTooLarge: { code: -32600, meaning: 'the file is larger than one answer may be' },
  invalidFileRequest: { code: -32600, meaning: 'the request makes no sense for files' },
  fileExists: { code: -32603, meaning: 'the path exists already' },
  notADirectory: { code: -32603, meaning: 'a component of the path is not a directory' },
  directoryNotEmpty: { code: -32603, meaning: 'the directory is not empty' },
  symlinkRefused: {
    code: -32603,
    meaning: 'the path leads through a symbolic link, which was not to be followed',
  },
  fileSystemFailed: { code: -32603, meaning: 'the file system of the executor failed' },
  fileTaken: { code: -32603, meaning: 'somebody else has opened the file to go on with it' },
  configUnreadable: { code: -32603, meaning: 'a configuration file of the executor cannot be read' },
  httpFailed: { code: -32603, meaning: 'the HTTP request got no response' },
  limitExceeded: { code: -32040, meaning: 'a named limit of the peer is reached' },
  unsupported: { code: -32041, meaning: 'the peer was not built for this or did not grant the extension' },
  outcomeUnknown: { code: -32042, meaning: 'the request may or may not have been carried out' },
  replayConflict: { code: -32044, meaning: 'the id of this request was used before for another request' },
  outputUnreadable: {
    code: -32045,
    meaning: 'output cannot be read from the disk of the executor at present',
  },
  gap: { code: -32043, meaning: 'output that was asked for is no longer retained' },
  connectFailed: { code: -32050, meaning: 'no connection could be made' },
  connectionLost: { code: -32051, meaning: 'the connection ended before the answer came' },
  clientClosed: { code: -32052, meaning: 'the client was closed' },
  exitFailure: { code: -32053, meaning: 'the process ended, but not with success' },
  stdinClosed: { code: -32054, meaning: 'the process has no open stdin' },
  outputTooLarge: { code: -32055, meaning: 'output exceeds what was to be buffered' },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>;

/** The stable name of a failure, as it stands in `error.data.kind` on the wire. */
export type ErrorKind = keyof typeof ERROR_KINDS;

/** What JSON-RPC calls an error object. */
export interface WireErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** The one error of Holdfast. Branch on `kind`; `message` is for people; `cause` never travels. */
export class ExecError extends Error {
  override readonly name: string = 'ExecError';
  readonly kind: ErrorKind;
  /** The JSON-RPC code that the kind has, or the one that a peer sent. */
  readonly code: number;

  constructor(
    kind: ErrorKind,
    message: string,
    options?: { readonly cause?: unknown; readonly code?: number },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.code = options?.code ?? ERROR_KINDS[kind].code;
  }
}

/**
 * Of a message that travels. Two paths of a system fit, and what is wrong with them. Messages name what a peer has sent, however
 * long that is: what it is begins them, and what to do ends them.
 */
export const MESSAGE_CHARACTERS = 10_000;

/** What leaves for the peer: an unknown error becomes a generic text, since its own could tell secrets. */
export function toWireError(error: unknown): WireErrorObject {
  if (error instanceof ExecError)
    return {
      code: error.code,
      message: shortened(error.message, MESSAGE_CHARACTERS),
      data: { kind: error.kind },
    };
  return {
    code: ERROR_KINDS.internal.code,
    message: 'internal error; the log of the peer has the cause',
    data: { kind: 'internal' },
  };
}

/** What came from the peer. A peer without kinds gets the kind that its code stands for most often. */
export function fromWireError(error: WireErrorObject): ExecError {
  return new ExecError(kindOf(error), error.message, { code: error.code });
}

function kindOf({ code, data }: WireErrorObject): ErrorKind {
  if (typeof data === 'object' && data !== null && 'kind' in data && isErrorKind(data.kind)) return data.kind;
  if (code === ERROR_KINDS.sessionBusy.code) return 'sessionBusy';
  if (code === ERROR_KINDS.fileNotFound.code) return 'fileNotFound';
  if (code === ERROR_KINDS.methodUnknown.code) return 'methodUnknown';
  if (code === ERROR_KINDS.invalidParams.code) return 'invalidParams';
  if (code === ERROR_KINDS.protocolState.code) return 'protocolState';
  return 'internal';
}

function isErrorKind(value: unknown): value is ErrorKind {
  return typeof value === 'string' && Object.hasOwn(ERROR_KINDS, value);
}
