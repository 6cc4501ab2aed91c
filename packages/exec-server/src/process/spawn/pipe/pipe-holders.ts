import { opendirSync, readFileSync, readlinkSync } from 'node:fs';
import { withSpareDescriptor } from '../../../spare-descriptor.js';
import { readProcessTable, strayDescendants } from '../group/process-tree.js';

/** A process that has a pipe open. */
export interface PipeHolder {
  readonly pid: number;
  /** The short name of its program, as the system keeps it. */
  readonly name: string;
}

/** How many holders are named; a machine may have many, and a person reads the first few. */
const MAX_HOLDERS = 16;

/** Descriptors of one process that are looked at, from the lowest on: what it writes to is among the first. */
export const MAX_DESCRIPTORS_OF_ONE = 256;

/** Processes and descriptors that are looked at together. How many there are is up to whoever runs something on this machine. */
const MAX_LOOKS = 8192;

/**
 * Other processes that have one of these pipes open, told by the inode numbers behind the descriptors. Looks at the process
 * groups and their descendants first, then at every process until `maxLooks` are spent, so it is for the rare case alone.
 * Empty where there is no /proc.
 */
export function pipeHolders(
  fds: readonly number[],
  groupIds: readonly number[],
  maxLooks = MAX_LOOKS,
): readonly PipeHolder[] {
  const wanted = new Set(
    fds.map((fd) => link(`/proc/self/fd/${String(fd)}`)).filter((one) => one !== undefined),
  );
  if (wanted.size === 0) return [];
  const holders: PipeHolder[] = [];
  let left = maxLooks;
  for (const pid of kinFirst(new Set(groupIds))) {
    if (left <= 0 || holders.length === MAX_HOLDERS) break;
    if (pid === process.pid) continue;
    left -= 1;
    const isHolder = descriptorsOf(pid, Math.min(left, MAX_DESCRIPTORS_OF_ONE)).some((target) => {
      left -= 1;
      return wanted.has(target);
    });
    if (isHolder) holders.push({ pid, name: nameOf(pid) });
  }
  return holders;
}

function kinFirst(groupIds: ReadonlySet<number>): ReadonlySet<number> {
  const table = readProcessTable() ?? [];
  const members = table.filter(({ groupId }) => groupIds.has(groupId));
  return new Set([...members, ...strayDescendants(groupIds, table), ...table].map(({ pid }) => pid));
}

// Processes come and go while they are looked at, and those of others may not be looked at.
function descriptorsOf(pid: number, atMost: number): readonly string[] {
  const folder = `/proc/${String(pid)}/fd`;
  const targets: string[] = [];
  try {
    withSpareDescriptor(() => {
      const directory = opendirSync(folder);
      try {
        for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
          if (targets.length === atMost) break;
          targets.push(link(`${folder}/${entry.name}`) ?? '');
        }
      } finally {
        directory.closeSync();
      }
    });
    return targets;
  } catch {
    return targets;
  }
}

function link(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

function nameOf(pid: number): string {
  try {
    return withSpareDescriptor(() => readFileSync(`/proc/${String(pid)}/comm`, 'utf8')).trim();
  } catch {
    return '';
  }
}
