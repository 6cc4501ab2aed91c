import { readdirSync, readFileSync, statSync } from 'node:fs';
import { errorCode } from '../files/error-code.js';

/** A process by number and start time, which together name it for good. */
export interface NamedProcess {
  readonly pid: number;
  /** In clock ticks since boot, as text: it is only ever compared. */
  readonly startTime: string;
}

/** The first process inside of a sandbox: the kernel ends all others there with it, and it is gone only when they are. */
export class FirstProcess implements NamedProcess {
  readonly pid: number;
  readonly startTime: string;

  private constructor({ pid, startTime }: NamedProcess) {
    this.pid = pid;
    this.startTime = startTime;
  }

  /** The one below a wrapper that runs; undefined where something else has its number, or nobody can tell now. */
  static below(wrapperPid: number, pid: number): FirstProcess | undefined {
    const seen = look(pid);
    return typeof seen === 'object' && seen.parentPid === wrapperPid ? new FirstProcess(seen) : undefined;
  }

  /** The one of a namespace of processes, by the inode of that; undefined as well where it has gone. */
  static ofNamespace(inode: number, pid: number): FirstProcess | undefined {
    const seen = look(pid);
    return typeof seen === 'object' && namespaceOf(pid) === inode ? new FirstProcess(seen) : undefined;
  }

  /** Whether nothing is left of the sandbox; false where nobody can tell now. */
  get isGone(): boolean {
    if (!isNumberTaken(this.pid)) return true;
    const seen = look(this.pid);
    if (typeof seen !== 'object') return seen === 'gone';
    return seen.startTime !== this.startTime || seen.hasEnded;
  }

  /**
   * Whether its sandbox is set up: bubblewrap gives up its capabilities when everything is mounted. False where nobody can tell
   * now.
   */
  get isSetUp(): boolean {
    return /^CapEff:\s*0+$/m.test(statusOf(this.pid));
  }

  /** What was started inside, once it has become the program that it is to be; undefined before and after. */
  get command(): NamedProcess | undefined {
    const [pid] = childrenOf(this.pid);
    const seen = pid === undefined ? undefined : look(pid);
    return typeof seen === 'object' && (seen.flags & PF_FORKNOEXEC) === 0 ? seen : undefined;
  }

  /** Ends it, and so the sandbox as soon as it gets its turn of a processor. */
  kill(): void {
    signalNamed(this, 'SIGKILL');
  }

  /**
   * Ends it and each process inside by itself: it may be kept from its turn by the very processes that would end with it.
   * What is forked meanwhile is left for the next time.
   */
  killEach(): void {
    if (this.isGone) return;
    const table = processTable();
    for (const each of [this, ...descendants(this.pid, table)]) signalNamed(each, 'SIGKILL');
  }
}

/**
 * Signals this very process, and nobody who has its number now. @returns false when it is not there to take it: gone, or
 * ended and not yet taken note of.
 */
export function signalNamed({ pid, startTime }: NamedProcess, signal: NodeJS.Signals): boolean {
  const seen = look(pid);
  if (typeof seen !== 'object' || seen.startTime !== startTime || seen.hasEnded) return false;
  try {
    return process.kill(pid, signal);
  } catch {
    // It has ended just now.
    return false;
  }
}

interface SeenProcess extends NamedProcess {
  readonly parentPid: number;
  readonly flags: number;
  /** As a whole: its first thread may have ended before others. */
  readonly hasEnded: boolean;
}

// From the kernel: set from the start of a process until it has become another program.
const PF_FORKNOEXEC = 0x40;

function look(pid: number): SeenProcess | 'gone' | 'unknown' {
  try {
    const line = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    // The program's name stands in parentheses and may hold spaces and parentheses itself.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    const [state = '', parentPid, , , , , flags] = fields;
    const hasEnded = 'ZX'.includes(state) && Number(fields[17]) <= 1;
    const startTime = fields[19] ?? '';
    return { pid, parentPid: Number(parentPid), flags: Number(flags), hasEnded, startTime };
  } catch (error) {
    return ['ENOENT', 'ESRCH'].includes(errorCode(error) ?? '') ? 'gone' : 'unknown';
  }
}

/** The oldest comes first: orphans that were handed to a process later are behind what it has started itself. */
function childrenOf(pid: number): readonly number[] {
  try {
    const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'latin1');
    return children.split(' ').filter(Boolean).map(Number);
  } catch {
    // Not every kernel has that list.
    const children = processTable().filter(({ parentPid }) => parentPid === pid);
    return children
      .sort((one, other) => Number(one.startTime) - Number(other.startTime) || one.pid - other.pid)
      .map((child) => child.pid);
  }
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${String(pid)}/status`, 'latin1');
  } catch {
    return '';
  }
}

function namespaceOf(pid: number): number | undefined {
  try {
    return statSync(`/proc/${String(pid)}/ns/pid`).ino;
  } catch {
    return undefined;
  }
}

function processTable(): readonly SeenProcess[] {
  try {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return pids.map((name) => look(Number(name))).filter((seen) => typeof seen === 'object');
  } catch {
    // Without a descriptor nobody can tell; whoever asked asks again.
    return [];
  }
}

function descendants(pid: number, table: readonly SeenProcess[]): readonly SeenProcess[] {
  const children = new Map<number, SeenProcess[]>();
  for (const seen of table) {
    const siblings = children.get(seen.parentPid);
    if (siblings === undefined) children.set(seen.parentPid, [seen]);
    else siblings.push(seen);
  }
  const found = [...(children.get(pid) ?? [])];
  // It grows while it is walked.
  for (const parent of found) found.push(...(children.get(parent.pid) ?? []));
  return found;
}

function isNumberTaken(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}
