import { readFileSync } from 'node:fs';
import type { MountStep } from '../linux/mount-step.js';

/** What the kernel tells of the mounts that a process sees, a line for each; undefined where there is no such process. */
export function readMountTable(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${String(pid)}/mountinfo`, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Whether each mount of a plan stands where it was planned. The kernel takes a mount away when what it lies upon is removed
 * or replaced from outside of the sandbox, and moves it along when that, or a directory above, gets another name.
 */
export function hasMountsOf(steps: readonly MountStep[], mountTable: string): boolean {
  const standing = countsOf(mountTable.split('\n').map(mountPointOf));
  const planned = countsOf(steps.map(mountedPathOf));
  return [...planned].every(([path, count]) => (standing.get(path) ?? 0) >= count);
}

function mountedPathOf(step: MountStep): string | undefined {
  switch (step.kind) {
    case 'bind':
    case 'emptyDirectory':
    case 'unreadableFile':
      return step.path;
    case 'bindEverything':
      return '/';
    case 'privateDevices':
      return '/dev';
    case 'privateProcesses':
      return '/proc';
    case 'link':
    case 'makeReadOnly':
      return undefined;
  }
}

/** The fifth field, in which the kernel writes blanks and backslashes as octal numbers. */
function mountPointOf(line: string): string | undefined {
  const field = line.split(' ', MOUNT_POINT_FIELD + 1)[MOUNT_POINT_FIELD];
  return field?.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

const MOUNT_POINT_FIELD = 4;

/** One path may be mounted upon several times. */
function countsOf(paths: readonly (string | undefined)[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths) if (path !== undefined) counts.set(path, (counts.get(path) ?? 0) + 1);
  return counts;
}
