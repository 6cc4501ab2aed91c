import { childOf, isWithin } from '../files/paths.js';
import { DEVICE_NODES } from './device-nodes.js';
import { strayKernelMounts, tellsWhatItShows } from './kinds-of-mounts.js';
import { wrongAccess } from './mount-access.js';
import type { MountStep } from './mount-step.js';
import type { Mount } from './mount-table.js';
import { countsOf, missingMount, mountCountsOf } from './mounts-in-place.js';

/**
 * Compares a sandbox with its plan before its command runs. bubblewrap looks names up when it mounts, and whoever may write
 * there can have them lead elsewhere by then. So nothing may be missing, nothing may be anywhere else, what shows a file of the host
 * must show that one, all that is the host's must still be closed, and nothing of the kernel's may show but in trees of the sandbox's own.
 * @param outside What the wrapper has, which mounts nothing itself. @param inside What the first process of the sandbox has when it is
 *   set up. @param isOutOfReach As for `wrongAccess`.
 * @returns where the first difference is; undefined where all is as planned.
 */
export function misplacedMount(
  steps: readonly MountStep[],
  outside: readonly Mount[],
  inside: readonly Mount[],
  isOutOfReach: (path: string) => boolean,
): string | undefined {
  const planned = mountCountsOf(steps);
  const standing = countsOf(inside.map(({ path }) => path));
  return (
    missingMount(planned, standing) ??
    unplanned(steps, planned, outside, standing) ??
    exchanged(steps, outside, inside) ??
    wrongAccess(steps, outside, inside, isOutOfReach) ??
    shownOfKernel(steps, inside, isOutOfReach)
  );
}

/** What is mounted on the host comes along with each directory that holds it. */
function unplanned(
  steps: readonly MountStep[],
  planned: ReadonlyMap<string, number>,
  host: readonly Mount[],
  standing: ReadonlyMap<string, number>,
): string | undefined {
  const own = countsOf(steps.flatMap(ownMountsOf));
  const ofHost = countsOf(host.map(({ path }) => path));
  const shown = steps.flatMap((step) => boundPathOf(step) ?? []);
  const allowed = (path: string): number => {
    const onHost = ofHost.get(path) ?? 0;
    const above = onHost === 0 ? [] : shown.filter((other) => other !== path && isWithin(path, other));
    return (planned.get(path) ?? 0) + (own.get(path) ?? 0) + onHost * above.length;
  };
  return [...standing].find(([path, count]) => count > allowed(path))?.[0];
}

/** What shows another file of the host than the one at its own path. */
function exchanged(
  steps: readonly MountStep[],
  host: readonly Mount[],
  there: readonly Mount[],
): string | undefined {
  const shown = new Map(there.map(({ path }) => [path, new Set<string>()]));
  for (const mount of there) shown.get(mount.path)?.add(nameOf(mount.device, mount.root));
  const isShownOn = (mount: Mount, path: string): boolean =>
    shown.get(path)?.has(nameOf(mount.device, rootAt(mount, path))) === true;
  const isShown = (path: string): boolean =>
    host.some((mount) => isWithin(path, mount.path) && isShownOn(mount, path));
  return steps.flatMap((step) => boundPathOf(step) ?? []).find((path) => !isShown(path));
}

/** One for each file of a machine. */
function nameOf(device: string, root: string): string {
  return `${device} ${root}`;
}

/** The root of a mount of what lies at a path below another mount. */
function rootAt(mount: Mount, path: string): string {
  const { path: mountedAt, root } = mount;
  const below = path.slice(mountedAt === '/' ? 1 : mountedAt.length + 1);
  return below === '' || !tellsWhatItShows(mount) ? root : childOf(root, below);
}

/** What shows the host at its own path. */
function boundPathOf(step: MountStep): string | undefined {
  if (step.kind === 'bindEverything') return '/';
  return step.kind === 'bind' ? step.path : undefined;
}

/** What of the kernel would show, and was not there, or had another name, when it was to be hidden. */
function shownOfKernel(
  steps: readonly MountStep[],
  there: readonly Mount[],
  isOutOfReach: (path: string) => boolean,
): string | undefined {
  if (steps.some(({ kind }) => kind === 'bindEverything')) return undefined;
  return strayKernelMounts(there).find(({ path }) => !isOutOfReach(path))?.path;
}

/** What else bubblewrap mounts for a step, at most. */
function ownMountsOf({ kind }: MountStep): readonly string[] {
  if (kind === 'privateDevices') return DEVICES;
  return kind === 'privateProcesses' ? PROCESSES : [];
}

const DEVICES = [...DEVICE_NODES, '/dev/pts', '/dev/console'];

const PROCESSES = ['1', 'sys', 'sysrq-trigger', 'irq', 'bus'].map((name) => `/proc/${name}`);
