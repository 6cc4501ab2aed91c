import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { foreignHand } from '../files/foreign-hand.js';
import { SYSTEM_FOLDERS, systemPlaces } from '../linux/system-places.js';

/** A program file, and what changes when it is replaced. */
export interface ProgramFile {
  /** Canonical. */
  readonly path: string;
  readonly version: string;
}

/** Where bubblewrap is looked for. */
export interface BwrapSearch {
  /** The one that the operator has named, before all others; absolute. */
  readonly named: string | undefined;
  /** A PATH, for where the system has none. */
  readonly searchPath: string;
  /** Default `SYSTEM_FOLDERS`. */
  readonly systemFolders?: readonly string[];
}

/** Whether the command that is to be confined could put something else at a path. */
export type MayReplace = (path: string) => boolean;

/**
 * Looks for bubblewrap, which is about to be executed outside of any sandbox. What a command could have put there is never
 * chosen: what lies elsewhere than the system's programs is passed over where others, or the command itself, could replace it.
 * @returns the program, or in words why there is none.
 */
export function findBwrap(
  { named, searchPath, systemFolders = SYSTEM_FOLDERS }: BwrapSearch,
  mayReplace: MayReplace,
): ProgramFile | { readonly problem: string } {
  if (named !== undefined) return namedBwrap(named, mayReplace);
  for (const folder of systemFolders) {
    const found = programAt(path.join(folder, NAME));
    if (found !== undefined) return found;
  }
  const passedOver: string[] = [];
  for (const folder of searchPath.split(':').filter((one) => path.isAbsolute(one))) {
    const file = path.join(folder, NAME);
    const found = programAt(file);
    if (found === undefined) continue;
    const danger = dangerOf(file, mayReplace);
    if (danger === undefined) return found;
    passedOver.push(`${file} ${danger}`);
  }
  const others =
    passedOver.length === 0 ? '' : ` but what could be another program by now: ${passedOver.join('; ')}`;
  return {
    problem: `there is no bwrap among the programs of the system or on the PATH of the executor${others}; install bubblewrap`,
  };
}

/** Where one would be found before the one at a path: a command that may write there would choose the next one. */
export function placesBefore(program: string): readonly string[] {
  const places = systemPlaces(NAME);
  const at = places.indexOf(program);
  return at < 0 ? places : places.slice(0, at);
}

const NAME = 'bwrap';

function namedBwrap(file: string, mayReplace: MayReplace): ProgramFile | { readonly problem: string } {
  const found = path.isAbsolute(file) ? programAt(file) : undefined;
  if (found === undefined) {
    return { problem: `HOLDFAST_BWRAP is ${file}, which is no absolute path of a program; correct it` };
  }
  const danger = dangerOf(file, mayReplace);
  if (danger === undefined) return found;
  return { problem: `HOLDFAST_BWRAP is ${file}, which ${danger}; name another one` };
}

/** A clause that says who could put something else there; undefined for nobody but this user and root. */
function dangerOf(file: string, mayReplace: MayReplace): string | undefined {
  if (mayReplace(file)) return 'lies where the command may write';
  const hand = foreignHand(file);
  return hand === undefined ? undefined : `could be replaced by others, who may write ${hand}`;
}

function programAt(file: string): ProgramFile | undefined {
  try {
    accessSync(file, constants.X_OK);
    const { ino, mtimeMs, size } = statSync(file);
    return { path: realpathSync(file), version: `${ino} ${mtimeMs} ${size}` };
  } catch {
    return undefined;
  }
}
