import { readdirSync } from 'node:fs';
import { withSpareDescriptor } from '../../../spare-descriptor.js';
import { readStart } from './proc-file.js';

/** A process as the table showed it; pid and start time together name it for good. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly groupId: number;
  /** In clock ticks since boot, as text: it is only ever compared. */
  readonly startTime: string;
}

/** All processes of this machine, or undefined where /proc cannot be read. About 20 µs for each process. */
export function readProcessTable(): readonly ProcessEntry[] | undefined {
  if (readEntry('self') === undefined) return undefined;
  return processNames()?.flatMap((name) => readEntry(name) ?? []);
}

/** When a process started, as text that is only ever compared; undefined when there is none, or no /proc. */
export function startTimeOf(pid: number): string | undefined {
  return readEntry(String(pid))?.startTime;
}

/**
 * The number of the real-time signal that ended a process which nobody has reaped yet; undefined when it runs or ended
 * otherwise, and on a system without /proc.
 */
export function realTimeDeathOf(pid: number): number | undefined {
  const line = readStat(String(pid));
  if (line === undefined) return undefined;
  // The last field is the status that wait(2) will tell. Of a stopped process it is the signal that stopped it, which is
  // never a real-time signal.
  const signal = Number(line.slice(line.lastIndexOf(' '))) & 0x7f;
  return signal >= FIRST_REAL_TIME_SIGNAL ? signal : undefined;
}

/**
 * The descendants of process groups that have left them, and those of `roots` with the roots themselves; whoever lost its
 * parent is told apart by being a root only.
 */
export function strayDescendants(
  groupIds: ReadonlySet<number>,
  table: readonly ProcessEntry[],
  roots: readonly ProcessEntry[] = [],
): ProcessEntry[] {
  const children = new Map<number, ProcessEntry[]>();
  for (const entry of table) {
    const siblings = children.get(entry.parentPid);
    if (siblings === undefined) children.set(entry.parentPid, [entry]);
    else siblings.push(entry);
  }
  const members = table.filter((entry) => groupIds.has(entry.groupId));
  const seen = new Set(members.map((entry) => entry.pid));
  const strays = roots.filter((entry) => !seen.has(entry.pid));
  for (const root of strays) seen.add(root.pid);
  members.push(...strays);
  // Both lists grow while they are walked.
  for (const parent of members) {
    for (const child of children.get(parent.pid) ?? []) {
      if (seen.has(child.pid)) continue;
      seen.add(child.pid);
      strays.push(child);
      members.push(child);
    }
  }
  return strays;
}

/** Whether a process has its number still, and nobody else. */
export function isStillThere({ pid, startTime }: Pick<ProcessEntry, 'pid' | 'startTime'>): boolean {
  return startTimeOf(pid) === startTime;
}

/** Signals the very process that was seen, and nobody who has its number now. */
export function signalEntry(entry: Pick<ProcessEntry, 'pid' | 'startTime'>, signal: NodeJS.Signals): boolean {
  if (!isStillThere(entry)) return false;
  try {
    return process.kill(entry.pid, signal);
  } catch {
    // It ended just now, or belongs to a user whom this server may not signal.
    return false;
  }
}

function processNames(): readonly string[] | undefined {
  try {
    return withSpareDescriptor(() => readdirSync('/proc')).filter((name) => /^\d+$/.test(name));
  } catch {
    return undefined;
  }
}

const FIRST_REAL_TIME_SIGNAL = 32;

// A stat line is shorter by far: 52 numbers and a name of at most 64 bytes.
const scratch = Buffer.allocUnsafeSlow(4096);

function readEntry(name: string): ProcessEntry | undefined {
  const line = readStat(name);
  if (line === undefined) return undefined;
  // The program's name stands in parentheses and may hold spaces and parentheses itself.
  const [, parentPid, groupId, ...rest] = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const startTime = rest[16];
  if (startTime === undefined) return undefined;
  return { pid: parseInt(line, 10), parentPid: Number(parentPid), groupId: Number(groupId), startTime };
}

function readStat(name: string): string | undefined {
  try {
    return withSpareDescriptor(() => scratch.toString('latin1', 0, readStart(`/proc/${name}/stat`, scratch)));
  } catch {
    // The process has ended meanwhile, or there is no /proc.
    return undefined;
  }
}
