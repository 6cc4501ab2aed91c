import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { withSpareDescriptor } from '../../../spare-descriptor.js';

/** A process that has a pipe open. */
export interface PipeHolder {
  readonly pid: number;
  /** The short name of its program, as the system keeps it. */
  readonly name: string;
}

/** How many holders are named; a machine may have many, and a person reads the first few. */
const MAX_HOLDERS = 16;

/**
 * Other processes that have one of these pipes open, told by the inode numbers behind the descriptors. Looks at every
 * process, so it is for the rare case alone. Empty where there is no /proc.
 */
export function pipeHolders(fds: readonly number[]): readonly PipeHolder[] {
  const wanted = new Set(
    fds.map((fd) => link(`/proc/self/fd/${String(fd)}`)).filter((one) => one !== undefined),
  );
  if (wanted.size === 0) return [];
  const holders: PipeHolder[] = [];
  for (const entry of list('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const isHolder = list(`/proc/${entry}/fd`).some((fd) =>
      wanted.has(link(`/proc/${entry}/fd/${fd}`) ?? ''),
    );
    if (isHolder) holders.push({ pid, name: nameOf(entry) });
    if (holders.length === MAX_HOLDERS) break;
  }
  return holders;
}

// Processes come and go while they are looked at, and those of others may not be looked at.
function list(directory: string): readonly string[] {
  try {
    return withSpareDescriptor(() => readdirSync(directory));
  } catch {
    return [];
  }
}

function link(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

function nameOf(pid: string): string {
  try {
    return withSpareDescriptor(() => readFileSync(`/proc/${pid}/comm`, 'utf8')).trim();
  } catch {
    return '';
  }
}
