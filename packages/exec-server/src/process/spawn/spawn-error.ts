/** Why a child could not be started. */
export type SpawnErrorKind =
  | 'missingProgram'
  | 'programNotFound'
  | 'cwdNotFound'
  | 'cwdNotDirectory'
  | 'permissionDenied'
  | 'badExecutable'
  | 'argumentsTooLong'
  | 'noDescriptors'
  | 'noProcesses'
  | 'invalidArgument'
  | 'noPipes'
  | 'ptyUnavailable'
  | 'sandboxFailed'
  | 'unknown';

/** A child was not started, and nothing of the attempt is left; the message names the thing and the remedy. */
export class SpawnError extends Error {
  override readonly name = 'SpawnError';
  readonly kind: SpawnErrorKind;
  /** The operating system's name for the failure, such as `ENOENT`, when it reported one. */
  readonly errno?: string;

  constructor(kind: SpawnErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    const code = errorCode(cause);
    if (code !== undefined && !code.startsWith('ERR_')) this.errno = code;
  }
}

/** The `code` of a Node error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
