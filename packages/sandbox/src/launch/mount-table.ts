import { readFileSync } from 'node:fs';
import { textOfBytes } from '../files/byte-text.js';
import { ancestorsOf } from '../files/paths.js';
import type { MountStep } from '../linux/mount-step.js';

/**
 * What the kernel tells of the mounts that a process sees, a line for each, as `textOfBytes` has it; undefined where there is no such
 * process.
 */
export function readMountTable(pid: number): string | undefined {
  try {
    return textOfBytes(readFileSync(`/proc/${String(pid)}/mountinfo`));
  } catch {
    return undefined;
  }
}

/**
 * Whether each mount of a plan stands where it was planned. The kernel takes a mount away when what it lies upon is removed
 * or replaced from outside of the sandbox, and moves it along when that, or a directory above, gets another name.
 */
export function hasMountsOf(steps: readonly MountStep[], mountTable: string): boolean {
  return (
    missingMount(mountCountsOf(steps), countsOf(mountsIn(mountTable).map(({ path }) => path))) === undefined
  );
}

/** Where a mount does not stand that is planned; undefined where all do. Both are counts by path. */
export function missingMount(
  planned: ReadonlyMap<string, number>,
  standing: ReadonlyMap<string, number>,
): string | undefined {
  return [...planned].find(([path, count]) => (standing.get(path) ?? 0) < toldOf(path, count))?.[0];
}

/** How often a plan mounts something at each path. */
export function mountCountsOf(steps: readonly MountStep[]): ReadonlyMap<string, number> {
  return countsOf(steps.map(mountedPathOf));
}

/** How many of so many mounts at a path are told of: of roots the last one alone. */
function toldOf(path: string, count: number): number {
  return path === '/' ? Math.min(count, 1) : count;
}

/** Where a step mounts something; undefined for nowhere. */
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
    case 'sealHost':
      return undefined;
  }
}

/** A mount, as the kernel tells of it. Its paths are as `textOfBytes` has them. */
export interface Mount {
  readonly id: string;
  /** The id of the mount that it lies upon. */
  readonly parent: string;
  readonly path: string;
  /** The file system and what of it is shown: equal for two mounts of one file or directory. */
  readonly source: string;
  /** Words such as `ro`, with commas between them. Those of the file system itself are not among them. */
  readonly options: string;
  /** Its kind, what was mounted, and the options of the file system, with blanks between them. */
  readonly fileSystem: string;
}

/** @param mountTable As in `/proc/PID/mountinfo`. */
export function mountsIn(mountTable: string): readonly Mount[] {
  return mountTable
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id = '', parent = '', device = '', root = '', path = '', options = ''] = line.split(' ', FIELDS);
      return {
        id,
        parent,
        path: unescaped(path),
        source: sourceOf(device, unescaped(root)),
        options,
        fileSystem: line.slice(line.indexOf(SEPARATOR) + SEPARATOR.length),
      };
    });
}

/** Whether nothing can be written on it. */
export function isReadOnly({ options }: Mount): boolean {
  return options.split(',').includes('ro');
}

/** Whether it can change nothing of the machine: neither files, nor what devices stand for, nor as whom something runs. */
export function isClosed({ options }: Mount): boolean {
  const words = options.split(',');
  return CLOSING.every((word) => words.includes(word));
}

const CLOSING = ['ro', 'nodev', 'nosuid'];

/** Those that lie upon one of them, directly or not, and it itself: what is mounted there, covered or not. */
export function treeOf(top: Mount, mounts: readonly Mount[]): readonly Mount[] {
  const upon = new Map<string, Mount[]>();
  for (const mount of mounts) {
    const siblings = upon.get(mount.parent);
    if (siblings === undefined) upon.set(mount.parent, [mount]);
    else siblings.push(mount);
  }
  const tree = [top];
  // It grows while it is walked.
  for (const { id } of tree) tree.push(...(upon.get(id) ?? []).filter((mount) => mount.id !== id));
  return tree;
}

/** The mounts to which their own paths lead; the others are covered. */
export function visibleMounts(mounts: readonly Mount[]): ReadonlyMap<string, Mount> {
  const byId = new Map(mounts.map((mount) => [mount.id, mount]));
  const upon = new Map<string, Set<string>>();
  for (const { parent, path } of mounts) upon.set(parent, (upon.get(parent) ?? new Set()).add(path));
  const covered = new Map<string, boolean>();
  const isCovered = (mount: Mount): boolean => {
    const known = covered.get(mount.id);
    if (known !== undefined) return known;
    const siblings = upon.get(mount.parent) ?? NONE;
    const below = byId.get(mount.parent);
    const answer =
      ancestorsOf(mount.path).some((above) => siblings.has(above)) ||
      (below !== undefined && below !== mount && isCovered(below));
    covered.set(mount.id, answer);
    return answer;
  };
  const topmost = mounts.filter((mount) => !isCovered(mount) && upon.get(mount.id)?.has(mount.path) !== true);
  return new Map(topmost.map((mount) => [mount.path, mount]));
}

const NONE: ReadonlySet<string> = new Set();

/** How `Mount` says what is shown. @param root The path of that within its file system. */
export function sourceOf(device: string, root: string): string {
  return `${device} ${root}`;
}

const FIELDS = 6;

/** Follows fields of which there may be any number. */
const SEPARATOR = ' - ';

/** The kernel writes blanks and backslashes as octal numbers. */
export function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** One path may be mounted upon several times. */
export function countsOf(paths: Iterable<string | undefined>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths) if (path !== undefined) counts.set(path, (counts.get(path) ?? 0) + 1);
  return counts;
}
