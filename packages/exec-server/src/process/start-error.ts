import { type ErrorKind, ExecError } from '@holdfast/exec-protocol';
import { SpawnError, type SpawnErrorKind } from './spawn/spawn-error.js';

const KINDS: Readonly<Record<SpawnErrorKind, ErrorKind>> = {
  missingProgram: 'missingProgram',
  programNotFound: 'programNotFound',
  cwdNotFound: 'cwdNotFound',
  cwdNotDirectory: 'cwdNotDirectory',
  permissionDenied: 'permissionDenied',
  badExecutable: 'badExecutable',
  argumentsTooLong: 'argumentsTooLong',
  noDescriptors: 'noDescriptors',
  noProcesses: 'noProcesses',
  invalidArgument: 'spawnFailed',
  noPipes: 'spawnFailed',
  ptyUnavailable: 'ptyUnavailable',
  unknown: 'spawnFailed',
};

/** What a client is told of a start that failed. Other errors are passed through. */
export function toExecError(error: unknown): unknown {
  if (!(error instanceof SpawnError)) return error;
  return new ExecError(KINDS[error.kind], error.message, { cause: error });
}
