import { ExecError } from '@holdfast/exec-protocol';

/** Of a request that asked for no sandbox: says that the ceiling may have denied it, for nothing in the error does. */
export function blameCeiling(error: unknown): unknown {
  if (!(error instanceof ExecError)) return error;
  const { message, code, kind } = error;
  if (!isDenied(error) && !isDenied(error.cause) && !message.endsWith('(EROFS)')) return error;
  const remedy = 'the ceiling of this server may be why, which its operator can widen (--sandbox-ceiling)';
  return new ExecError(kind, `${message}; ${remedy}`, { cause: error, code });
}

function isDenied(error: unknown): boolean {
  return error instanceof ExecError && error.kind === 'fileAccessDenied';
}
