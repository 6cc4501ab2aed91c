import { readFileSync } from 'node:fs';
import { errorCode } from '../../files/error-code.js';

/** Names this process for good: its number alone will be another one's later. */
export function ownMark(): string {
  return `${process.pid}-${startOf(process.pid)}`;
}

/** Whether a process is still there; true where nobody can tell. @param mark Its own, with more behind a dash. */
export function isRunning(mark: string): boolean {
  const [pid, started] = mark.split('-');
  try {
    return startOf(Number(pid)) === started;
  } catch (error) {
    return !['ENOENT', 'ESRCH'].includes(errorCode(error) ?? '');
  }
}

/** When a process was started, in ticks since boot. */
function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
