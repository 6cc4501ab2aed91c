import { setImmediate as turn } from 'node:timers/promises';
import { isBehindLink } from '../files/direct-path.js';
import { isExecutable } from '../files/executable.js';
import type { MissingProgram } from '../policy/missing-program.js';
import type { ChangeLook } from './change-look.js';
import { statOf } from './changed.js';
import { shown } from './findings.js';

/** Programs that are looked at between two turns of the event loop. */
const PROGRAMS_AT_ONCE = 256;

/** Tells of programs that the config of a repository names, and that were none before. @throws The reason of the signal. */
export async function findMadePrograms(
  programs: readonly MissingProgram[],
  { findings, signal }: Pick<ChangeLook, 'findings' | 'signal'>,
): Promise<void> {
  for (const [at, program] of programs.entries()) {
    if (at % PROGRAMS_AT_ONCE === PROGRAMS_AT_ONCE - 1) await turn();
    signal.throwIfAborted();
    if (!isMade(program)) continue;
    findings.add(
      'gitState',
      program.path,
      (path) =>
        `${path} was no program before, and git outside runs it, since the config of ${shown(program.repository)} names it; look at what it holds`,
    );
  }
}

/** Or may be, where a link on the way says where it is. */
function isMade({ path, isOnlyIfExecutable }: MissingProgram): boolean {
  if (isBehindLink(path)) return true;
  const found = statOf(path);
  if (found === undefined || found.isDirectory()) return false;
  return found.isSymbolicLink() || !isOnlyIfExecutable || isExecutable(found);
}
