import { readFileSync } from 'node:fs';

/** A process as it was seen: its number may be given to somebody else, its start time not. */
export interface SeenProcess {
  readonly pid: number;
  readonly start: string | undefined;
}

/** Remembers who has this number now. */
export function seeProcess(pid: number): SeenProcess {
  return { pid, start: startOfLiving(pid) };
}

/** Whether that very process runs still; one that only waits to be reaped does not. */
export function isLiving({ pid, start }: SeenProcess): boolean {
  return start !== undefined && startOfLiving(pid) === start;
}

function startOfLiving(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? undefined : rest[18];
  } catch {
    return undefined;
  }
}
