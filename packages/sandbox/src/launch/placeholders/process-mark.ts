import { readFileSync, readlinkSync } from 'node:fs';
import { errorCode } from '../../files/error-code.js';

/**
 * Names this process for good: its number alone will be another one's later, and in another namespace of processes, such as
 * that of a container, it is another one's now.
 * @throws Error of the system where processes cannot be told apart.
 */
export function ownMark(): string {
  return `${ownSpace()}-${process.pid}-${startOf(process.pid)}`;
}

/**
 * Whether a process is still there; true where nobody can tell, as of one in another namespace.
 * @param mark Its own, with more behind a dash.
 */
export function isRunning(mark: string): boolean {
  if (isElsewhere(mark)) return true;
  const [, pid, started] = mark.split('-');
  try {
    return startOf(Number(pid)) === started;
  } catch (error) {
    return !['ENOENT', 'ESRCH'].includes(errorCode(error) ?? '');
  }
}

/** Whether a process is not known by its number here; true as well where nobody can tell. */
export function isElsewhere(mark: string): boolean {
  try {
    return mark.split('-')[0] !== ownSpace();
  } catch {
    return true;
  }
}

/** The number of a process where it runs. */
export function numberIn(mark: string): string {
  return mark.split('-')[1] ?? '';
}

/** By what numbers this process goes: the identity of its namespace. */
function ownSpace(): string {
  return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '';
}

/** When a process was started, in ticks since boot. */
function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
