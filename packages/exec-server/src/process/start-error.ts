import { type ErrorKind, ExecError } from '@holdfast/exec-protocol';
import type { Shortage, ShortageKind } from '../shortage-log.js';
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
  sandboxFailed: 'sandboxUnsupported',
  unknown: 'spawnFailed',
};

/** What this machine lacked when a start failed; undefined when it was the request that could not be met. */
export function shortageOf(error: unknown): Shortage | undefined {
  if (!(error instanceof SpawnError) || !isShortage(error.kind)) return undefined;
  return { shortage: error.kind, reason: error.message };
}

/** What a client is told of a start that failed. Other errors are passed through. */
export function toExecError(error: unknown): unknown {
  if (!(error instanceof SpawnError)) return error;
  return new ExecError(KINDS[error.kind], error.message, { cause: error });
}

function isShortage(kind: SpawnErrorKind): kind is ShortageKind {
  return kind === 'noDescriptors' || kind === 'noProcesses' || kind === 'noPipes';
}
