import {
  MAX_ID_CHARACTERS,
  MAX_LISTED_CHARACTERS,
  MAX_MESSAGE_VALUES,
  MAX_SHOWN_ARGUMENTS,
  MAX_SHOWN_COMMAND_CHARACTERS,
  type ProcessSummary,
} from '@holdfast/exec-protocol';
import type { EventLog } from '../../process/log/event-log.js';
import type { ProcessTraits } from '../../process/managed-process.js';
import { type ShownRoom, shownCommand, USUAL_ROOM } from '../../process/shown-command.js';

/** What a summary tells of a process. */
export interface Summarized {
  readonly traits: Omit<ProcessTraits, 'principal' | 'retention' | 'drainMs'>;
  readonly log: Pick<EventLog, 'exited' | 'closed' | 'firstSeq' | 'nextSeq'>;
  readonly pid: number;
}

/** JSON values of a summary without arguments, itself included. */
const VALUES_OF_SUMMARY = 15;

/** JSON values around them. */
const VALUES_OF_LIST = 4;

/** An id and a command, where many others leave room for all of it. */
const SUMMARY_CHARACTERS = MAX_ID_CHARACTERS + MAX_SHOWN_COMMAND_CHARACTERS;

/** Everything else in a summary. */
const BYTES_AROUND_COMMAND = 512;

/** One process, by itself. */
export function summaryOf(process: Summarized): ProcessSummary {
  return summaryIn(process, USUAL_ROOM);
}

/** What a list of so many processes has about at most: most characters take one byte. */
export function listBytes(processes: number): number {
  const characters = Math.min(processes * SUMMARY_CHARACTERS, MAX_LISTED_CHARACTERS);
  return characters + processes * BYTES_AROUND_COMMAND;
}

/** Many processes, in one message: the more there are, the less is shown of the command of each. */
export function summariesOf(processes: readonly Summarized[]): ProcessSummary[] {
  const characters = Math.floor(MAX_LISTED_CHARACTERS / processes.length);
  const values = Math.floor((MAX_MESSAGE_VALUES - VALUES_OF_LIST) / processes.length);
  const args = Math.min(MAX_SHOWN_ARGUMENTS, values - VALUES_OF_SUMMARY);
  return processes.map((process) => {
    // An id that is cut would name another process.
    const left = characters - process.traits.id.length;
    return summaryIn(process, { characters: Math.min(MAX_SHOWN_COMMAND_CHARACTERS, left), args });
  });
}

function summaryIn({ traits, log, pid }: Summarized, room: ShownRoom): ProcessSummary {
  const { id, ref, session, tty, lifetime, startedAtMs } = traits;
  const { exited, closed, firstSeq, nextSeq } = log;
  const { argv, cwd, truncated } = shownCommand(traits, room);
  const state = closed !== undefined ? 'closed' : exited === undefined ? 'running' : 'exited';
  const exitCode = exited?.exitCode ?? null;
  return {
    ref,
    id,
    session,
    argv: [...argv],
    cwd,
    ...(truncated ? { truncated } : {}),
    pid,
    tty,
    lifetime,
    startedAtMs,
    state,
    exitCode,
    firstSeq,
    nextSeq,
  };
}
