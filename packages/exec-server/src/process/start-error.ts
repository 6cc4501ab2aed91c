import { type ErrorKind, ExecError } from '@holdfast/exec-protocol';
import type { Shortage, ShortageKind } from '../shortage-log.js';
import { SpawnError, type SpawnErrorKind } from './spawn/spawn-error.js';
import { shortage } from './spawn/spawn-failure.js';

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
  const known = error instanceof ExecError ? error : spawnErrorOf(error);
  if (known === undefined || !isShortage(known.kind)) return undefined;
  return { shortage: known.kind, reason: known.message };
}

/** What a client is told of a start that failed. Other errors are passed through. */
export function toExecError(error: unknown): unknown {
  const known = spawnErrorOf(error);
  if (known === undefined) return error;
  return new ExecError(KINDS[known.kind], known.message, { cause: error });
}

/** A plan fails with what the system said. */
function spawnErrorOf(error: unknown): SpawnError | undefined {
  return error instanceof SpawnError ? error : shortage(error);
}

function isShortage(kind: SpawnErrorKind | ErrorKind): kind is ShortageKind {
  return kind === 'noDescriptors' || kind === 'noProcesses' || kind === 'noPipes';
}
