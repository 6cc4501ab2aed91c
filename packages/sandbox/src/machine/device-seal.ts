import { SHELL } from '../linux/system-places.js';
import { DEVICE_NODES, NULL_DEVICE } from '../mounts/device-nodes.js';
import { type Mount, mountsIn } from '../mounts/mount-table.js';
import { PathMap } from '../policy/path-map.js';
import type { MayReplace } from './find-bwrap.js';
import { KEEP_OUT_LATE_MOUNTS, UNSHARE } from './late-mounts.js';
import { readOwnMountTable } from './read-mount-table.js';
import { systemProgram } from './system-programs.js';
import { type Starter, worksWith } from './trials.js';

/**
 * What keeps the device nodes in a sandbox, which are those of this machine, as they are: nothing is needed, or cannot be had, or
 * bubblewrap is started with it.
 */
export type DeviceSeal = 'needless' | 'impossible' | Starter;

/**
 * Closes mounts, two words for each: its options, and where it is. A standard stream that is the null device is opened anew: as
 * it came, it is by way of the machine's own mount.
 */
const SEAL = [
  'mount=$1; shift',
  'until [ "$1" = -- ]; do "$mount" -n -i -o "$1" "$2" "$2" || exit 1; shift 2; done; shift',
  `if [ /proc/self/fd/0 -ef ${NULL_DEVICE} ]; then exec < ${NULL_DEVICE}; fi`,
  `if [ /proc/self/fd/1 -ef ${NULL_DEVICE} ]; then exec > ${NULL_DEVICE}; fi`,
  `if [ /proc/self/fd/2 -ef ${NULL_DEVICE} ]; then exec 2> ${NULL_DEVICE}; fi`,
  'exec "$@"',
].join('\n');

/**
 * Asks this machine, as it is mounted now. Root owns the nodes even without any capability, and could change their modes and
 * times for everybody. On a read-only mount it cannot, while devices are read and written as ever; what bubblewrap itself
 * makes read-only holds no devices. So it is started where theirs are read-only already.
 * Its parameters are those of `worksWith`.
 */
export async function deviceSealFor(
  uid: number,
  bwrap: string,
  mayReplace: MayReplace,
  signal: AbortSignal,
): Promise<DeviceSeal> {
  if (uid !== 0) return 'needless';
  const mount = systemProgram('mount');
  if (mount === undefined) return 'impossible';
  const words = sealingWords(mountsIn(readOwnMountTable()));
  const starter: Starter = [...KEEP_OUT_LATE_MOUNTS, SHELL, '-c', SEAL, 'sh', mount, ...words, '--'];
  const works = await worksWith(starter, [UNSHARE, SHELL, mount], bwrap, mayReplace, signal);
  return works ? starter : 'impossible';
}

/**
 * The options of each mount and where it is, so that all nodes are on read-only ones. Its other flags stay, for they cannot be
 * taken off. @param mounts Of this machine; of several at one place the last one is on top.
 */
export function sealingWords(mounts: readonly Mount[]): readonly string[] {
  const byPath = new PathMap(mounts.map((mount) => [mount.path, mount]));
  const words = new Map<string, readonly string[]>();
  for (const node of DEVICE_NODES) {
    const { path: at, options } = byPath.nearest(node) ?? NOTHING;
    const closing = ['remount', 'bind', 'ro', ...options.filter(isKept)].join(',');
    // One that holds other things as well, such as the root, stays open.
    if (at.startsWith('/dev')) words.set(at, [closing, at]);
    else words.set(node, ['bind', node, closing, node]);
  }
  return [...words.values()].flat();
}

const NOTHING: Pick<Mount, 'path' | 'options'> = { path: '/', options: [] };

function isKept(option: string): boolean {
  return option !== '' && option !== 'rw' && option !== 'ro';
}
