import { ExecError } from '@holdfast/exec-protocol';
import { errorCode } from './error-code.js';
import type { FileFact, FileFacts } from './file-facts.js';
import { Unseen } from './unseen.js';

/**
 * What stands at a path, for whoever need not care where this user does not get: no command of theirs does.
 * @throws ExecError and Unseen as the look; `sandboxUnsupported` where it fails otherwise, so that nobody knows what a command would see there.
 */
export function lookUnlessKeptOut(
  path: string,
  files: Pick<FileFacts, 'look'>,
): FileFact | 'missing' | 'keptOut' {
  try {
    return files.look(path) ?? 'missing';
  } catch (error) {
    if (error instanceof ExecError || error instanceof Unseen) throw error;
    const code = errorCode(error) ?? String(error);
    if (KEPT_OUT.has(code)) return 'keptOut';
    throw new ExecError(
      'sandboxUnsupported',
      `sandbox: ${path} cannot be looked at (${code}), so that it is unknown what a command would see there; mend what is mounted there, or unmount it`,
      { cause: error },
    );
  }
}

/** ENOTCONN: on a FUSE mount whose program has ended nobody gets anywhere, for good. */
const KEPT_OUT: ReadonlySet<string> = new Set(['EACCES', 'ELOOP', 'ENOTCONN']);
