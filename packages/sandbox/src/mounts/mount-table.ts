import { ancestorsOf } from '../files/paths.js';

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
