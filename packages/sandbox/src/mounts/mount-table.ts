import { ancestorsOf } from '../files/paths.js';

/** A mount, as the kernel tells of it. Its paths and its source are as `textOfBytes` has them. */
export interface Mount {
  readonly id: string;
  /** The id of the mount that it lies upon. */
  readonly parent: string;
  /** Its file system, as two numbers with a colon between them. */
  readonly device: string;
  /** The path within its file system of what it shows. */
  readonly root: string;
  /** Where it shows that. */
  readonly path: string;
  /** Such as `ro`. Those of the file system itself are not among them. */
  readonly options: readonly string[];
  /** With which others it shares what is mounted upon it, such as `shared:1`. */
  readonly sharing: readonly string[];
  /** The kind of its file system. */
  readonly type: string;
  /** What was mounted, such as a disk or the directory of a server. */
  readonly source: string;
  /** The options of its file system; what their values hold is still as for `unescaped`. */
  readonly fileSystemOptions: readonly string[];
}

/** @param mountTable As in `/proc/PID/mountinfo`. */
export function mountsIn(mountTable: string): readonly Mount[] {
  return mountTable
    .split('\n')
    .filter((line) => line !== '')
    .map(mountOf);
}

function mountOf(line: string): Mount {
  const fields = line.split(' ');
  const separator = fields.indexOf('-', FIXED_FIELDS);
  const [id = '', parent = '', device = '', root = '', path = '', options = ''] = fields;
  const [type = '', source = '', ...fileSystemOptions] = fields.slice(separator + 1);
  return {
    id,
    parent,
    device,
    root: unescaped(root),
    path: unescaped(path),
    options: options.split(','),
    sharing: fields.slice(FIXED_FIELDS, separator),
    type,
    source: unescaped(source),
    fileSystemOptions: fileSystemOptions.join(' ').split(','),
  };
}

/** There may be any number of others before the next separator. */
const FIXED_FIELDS = 6;

/** A field as it was: the kernel writes blanks and backslashes as octal numbers, and in options what separates them. */
export function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Whether nothing can be written on it. */
export function isReadOnly({ options }: Mount): boolean {
  return options.includes('ro');
}

/** Whether it can change nothing of the machine: neither files, nor what devices stand for, nor as whom something runs. */
export function isClosed({ options }: Mount): boolean {
  return CLOSING.every((word) => options.includes(word));
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
