import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from './deadline.js';

/** A live process as /proc shows it; pid and start time together name it for good. */
export interface LiveProcess {
  readonly pid: number;
  readonly parentPid: number;
  readonly startTime: string;
  readonly command: string;
}

/** The variable that tests give to what they start, and by which they find it again, wherever it has gone. */
export const MARK_VARIABLE = 'E2E_MARK';

/** Processes whose environment carries this mark. */
export function markedProcesses(mark: string): LiveProcess[] {
  const needle = `\0${MARK_VARIABLE}=${mark}\0`;
  return pids().flatMap((pid) => {
    const environment = read(pid, 'environ');
    return environment !== undefined && `\0${environment}\0`.includes(needle) ? (entry(pid) ?? []) : [];
  });
}

/** Waits until no process with this mark is left. */
export async function noneMarked(mark: string, limitMs?: number): Promise<void> {
  await eventually(
    'the end of all processes of a client',
    () => markedProcesses(mark).length === 0 || undefined,
    limitMs,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(markedProcesses(mark))}`);
  });
}

/** Living processes among whose arguments a text is. */
export function namingProcesses(text: string): LiveProcess[] {
  return pids()
    .flatMap((pid) => entry(pid) ?? [])
    .filter(({ command }) => command.includes(text));
}

/** Children, their children and so on; the guardian of a server is there as long as the server, and left out. */
export function descendants(pid: number): LiveProcess[] {
  const all = pids()
    .flatMap((one) => entry(one) ?? [])
    .filter(({ command }) => !command.endsWith('holdfast-guardian'));
  const childrenOf = (parent: number): LiveProcess[] =>
    all.filter(({ parentPid }) => parentPid === parent).flatMap((child) => [child, ...childrenOf(child.pid)]);
  return childrenOf(pid);
}

/** Those that still live: neither gone nor a zombie nor replaced by somebody with the same number. */
export function survivors(processes: readonly LiveProcess[]): LiveProcess[] {
  return processes.filter(({ pid, startTime }) => entry(pid)?.startTime === startTime);
}

/** What a process holds in memory, in bytes. */
export function residentBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(read(pid, 'status') ?? '')?.[1];
  if (kibibytes === undefined) throw new Error(`there is no process ${pid}`);
  return Number(kibibytes) * 1024;
}

/** What a process has handed to write calls, in bytes. */
export function writtenBytes(pid: number): number {
  const written = /^wchar: (\d+)$/m.exec(read(pid, 'io') ?? '')?.[1];
  if (written === undefined) throw new Error(`there is no process ${pid}`);
  return Number(written);
}

/** How many descriptors a process has open now. */
export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Waits until a server has no child and as few descriptors open as it had before. */
export async function releasedDescriptors(pid: number, before: number): Promise<void> {
  await eventually(
    `a server without children and with ${before} descriptors`,
    () => (descendants(pid).length === 0 && openDescriptors(pid) <= before) || undefined,
  );
}

/** Descriptors beyond the standard three that whatever this process starts inherits, because its own parent left them open. */
export function inheritedDescriptors(): number[] {
  return readdirSync('/proc/self/fdinfo')
    .map(Number)
    .filter((fd) => {
      const flags = /^flags:\s+(\d+)$/m.exec(read('self', `fdinfo/${fd}`) ?? '')?.[1];
      return fd > 2 && flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
    });
}

const CLOSE_ON_EXEC = 0o2000000;

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function entry(pid: number): LiveProcess | undefined {
  const stat = read(pid, 'stat');
  if (stat === undefined) return undefined;
  // The name stands in parentheses and may hold spaces and parentheses itself.
  const [state, parentPid, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startTime = rest[17];
  if (startTime === undefined || state === 'Z') return undefined;
  const command = (read(pid, 'cmdline') ?? '').replaceAll('\0', ' ').trim();
  return { pid, parentPid: Number(parentPid), startTime, command };
}

function read(pid: number | 'self', file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
