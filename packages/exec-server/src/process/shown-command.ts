import { MAX_SHOWN_ARGUMENTS, MAX_SHOWN_COMMAND_CHARACTERS } from '@holdfast/exec-protocol';
import { beginningOf } from '../beginning-of.js';

/** The beginning of what a process was started with, or all of it. */
export interface ShownCommand {
  readonly argv: readonly string[];
  /** A `file:` URI. */
  readonly cwd: string;
  /** Whether something of the two was left out. */
  readonly truncated: boolean;
}

/** How much of a command is shown. */
export interface ShownRoom {
  /** UTF-16 units of its arguments and its directory together. */
  readonly characters: number;
  readonly args: number;
}

/** For a process of which nobody shows many others beside it. */
export const USUAL_ROOM: ShownRoom = { characters: MAX_SHOWN_COMMAND_CHARACTERS, args: MAX_SHOWN_ARGUMENTS };

/** Cuts a command to its room. The directory has half of that at most, so that something is always seen of the arguments. */
export function shownCommand(
  { argv, cwd, truncated = false }: Pick<ShownCommand, 'argv' | 'cwd'> & Partial<ShownCommand>,
  room: ShownRoom = USUAL_ROOM,
): ShownCommand {
  const shownCwd = beginningOf(cwd, room.characters / 2);
  const shownArgv = firstOf(argv, { ...room, characters: room.characters - shownCwd.length });
  const isWhole = shownCwd === cwd && shownArgv.length === argv.length && shownArgv.at(-1) === argv.at(-1);
  return { argv: shownArgv, cwd: shownCwd, truncated: truncated || !isWhole };
}

/** The last of them may be a part: what stands before it is whole. */
function firstOf(argv: readonly string[], room: ShownRoom): readonly string[] {
  const shown: string[] = [];
  let left = room.characters;
  for (const argument of argv.slice(0, room.args)) {
    const part = beginningOf(argument, left);
    shown.push(part);
    if (part !== argument) break;
    left -= part.length;
  }
  return shown;
}
