import { ERROR_KINDS, type ErrorKind, ExecError } from '@holdfast/exec-protocol';

/** What servers of the reference wire say where ours name a kind. They put the number of the system into the text. */
const BY_NUMBER: Readonly<Record<string, ErrorKind>> = {
  1: 'fileAccessDenied',
  2: 'fileNotFound',
  9: 'invalidFileRequest',
  13: 'fileAccessDenied',
  17: 'fileExists',
  20: 'notADirectory',
  21: 'notAFile',
  39: 'directoryNotEmpty',
  40: 'symlinkRefused',
};

const BY_TEXT: readonly (readonly [RegExp, ErrorKind])[] = [
  [/unknown file handle/, 'fileHandleUnknown'],
  [/file handle `.*` already exists/, 'fileHandleInUse'],
  [/is not a file/, 'notAFile'],
  [/contains a symbolic link/, 'symlinkRefused'],
  [/file is too large/, 'fileTooLarge'],
];

/** What went wrong with a file on a server that names no kinds, as ours would name it. Other errors stay as they are. */
export function namedFileError(error: unknown): unknown {
  if (!(error instanceof ExecError) || !GUESSED.has(error.kind)) return error;
  const kind = kindOf(error);
  return new ExecError(kind, error.message, { code: error.code, cause: error });
}

/** What the code alone is taken for. */
const GUESSED: ReadonlySet<ErrorKind> = new Set(['protocolState', 'internal', 'fileNotFound']);

function kindOf({ code, message }: ExecError): ErrorKind {
  const number = /\(os error (\d+)\)/.exec(message)?.[1];
  const named = number === undefined ? undefined : BY_NUMBER[number];
  const told = named ?? BY_TEXT.find(([pattern]) => pattern.test(message))?.[1];
  if (told !== undefined) return told;
  if (code === ERROR_KINDS.fileNotFound.code) return 'fileNotFound';
  return code === ERROR_KINDS.invalidFileRequest.code ? 'invalidFileRequest' : 'fileSystemFailed';
}
