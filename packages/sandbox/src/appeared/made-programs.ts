import { setImmediate as turn } from 'node:timers/promises';
import { isBehindLink } from '../files/direct-path.js';
import { isExecutable } from '../files/executable.js';
import type { MissingProgram } from '../policy/missing-program.js';
import type { ChangeLook } from './change-look.js';
import { seenStatOf, statOf } from './changed.js';
import { type Findings, shown } from './findings.js';
import type { KeptOutPlaces } from './kept-out.js';

/** Programs that are looked at between two turns of the event loop, each under at most 17 names. */
const PROGRAMS_AT_ONCE = 32;

/** Tells of programs that the config of a repository names, and that were none before. @throws The reason of the signal. */
export async function findMadePrograms(
  programs: readonly MissingProgram[],
  { findings, signal, keptOut }: Pick<ChangeLook, 'findings' | 'signal' | 'keptOut'>,
): Promise<void> {
  for (const [at, program] of programs.entries()) {
    if (at % PROGRAMS_AT_ONCE === PROGRAMS_AT_ONCE - 1) await turn();
    signal.throwIfAborted();
    const made = isMade(program);
    if (made === 'keptOut') keptOut.add('gitState', program.path);
    else if (made) tellOf(program, findings);
    else for (const other of othersOf(program, keptOut)) tellOfOther(other, program, findings);
  }
}

function tellOf({ path, repository }: MissingProgram, findings: Findings): void {
  const why = `since the config of ${shown(repository)} names it`;
  findings.add(
    'gitState',
    path,
    (at) => `${at} was no program before, and git outside runs it, ${why}; look at what it holds`,
  );
}

function tellOfOther(other: string, { path, repository }: MissingProgram, findings: Findings): void {
  const named = `${shown(path)}, which the config of ${shown(repository)} names`;
  findings.add(
    'gitState',
    other,
    (at) =>
      `${at} was not there before, and may be what an interpreter that git outside runs takes for ${named}; look at what it holds`,
  );
}

/** Files that have come up under other names of one that is still none. No link is on the way there. */
function othersOf({ path, otherEndings = [] }: MissingProgram, keptOut: KeptOutPlaces): readonly string[] {
  if (otherEndings.length === 0) return [];
  const isDirectory = seenStatOf(path)?.isDirectory() === true;
  const names = otherEndings.filter((ending) => isDirectory || !ending.startsWith('/'));
  const others = names.map((ending) => path + ending);
  return others.filter((other) => {
    const found = statOf(other);
    if (found === 'keptOut') keptOut.add('gitState', other);
    else return found?.isDirectory() === false;
    return false;
  });
}

/** Or may be, where a link on the way says where it is. */
function isMade({ path, isOnlyIfExecutable }: MissingProgram): boolean | 'keptOut' {
  if (isBehindLink(path)) return true;
  const found = statOf(path);
  if (found === 'keptOut') return found;
  if (found === undefined || found.isDirectory()) return false;
  return found.isSymbolicLink() || !isOnlyIfExecutable || isExecutable(found);
}
