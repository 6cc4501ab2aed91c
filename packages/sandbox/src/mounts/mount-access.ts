import { kernelTreeOf } from '../files/kernel-trees.js';
import { ancestorsOf, isWithinAny } from '../files/paths.js';
import { PathMap } from '../policy/path-map.js';
import { isTrigger } from './kinds-of-mounts.js';
import type { MountStep } from './mount-step.js';
import { isClosed, isReadOnly, type Mount, treeOf, visibleMounts } from './mount-table.js';

/** Whether something can be written at a place of a plan: what the host has there is opened last, what is the sandbox's own at once. */
type Access = 'read' | 'write' | 'own';

/**
 * Looks whether all that a plan closes is closed, and nothing else: bubblewrap closes by name, and names can lead elsewhere. What
 * may be written in the end is closed here as well, for it is opened only when all is in place.
 * @param outside What the wrapper has. @param inside What the first process of the sandbox has. @param isOutOfReach Whether nobody in the sandbox can get to a path, so that it
 * matters to nobody whether it is closed: bubblewrap leaves alone what it cannot reach.
 * @returns where the first difference is; undefined where all is as planned.
 */
export function wrongAccess(
  steps: readonly MountStep[],
  outside: readonly Mount[],
  inside: readonly Mount[],
  isOutOfReach: (path: string) => boolean,
): string | undefined {
  const visible = visibleMounts(inside);
  const planned = accessOf(steps);
  const isWrong = ([path, access]: readonly [string, Access]): boolean => {
    const mount = visible.get(path);
    return mount === undefined || (access === 'own' ? isReadOnly(mount) : !isClosed(mount));
  };
  const byPath = new PathMap(planned);
  const own = new Set(steps.flatMap(ownTreeOf));
  const devices = new Set(outside.map(({ device }) => device));
  // What covers it now may be taken away.
  const isLeftOpen = (mount: Mount): boolean =>
    devices.has(mount.device) &&
    isOpen(mount) &&
    byPath.nearest(mount.path) !== undefined &&
    !isWithinAny(mount.path, own) &&
    !isOutOfReach(mount.path);
  return [...planned].find(isWrong)?.[0] ?? inside.find(isLeftOpen)?.path;
}

/** In which bubblewrap mounts more than was planned. */
function ownTreeOf({ kind }: MountStep): readonly string[] {
  if (kind === 'privateDevices') return ['/dev'];
  return kind === 'privateProcesses' ? ['/proc'] : [];
}

/** Where bubblewrap has the host while it mounts. */
export const HOST = '/oldroot';

/**
 * What of the host is still open when nothing of it should be, also what is covered there: that may be taken away.
 * @param there What bubblewrap has then.
 */
export function leftOpen(there: readonly Mount[]): readonly Mount[] {
  const top = visibleMounts(there).get(HOST);
  const tree = top === undefined ? [] : treeOf(top, there);
  return tree.filter((mount) => isOpen(mount) && kernelTreeOf(mount.path.slice(HOST.length)) === undefined);
}

function isOpen(mount: Mount): boolean {
  return !isClosed(mount) && !isTrigger(mount);
}

/**
 * What of a sandbox is to be opened so that it can be written as planned: with what the host has mounted below, as far as it can be
 * written there.
 * @param outside What the wrapper has. @param inside What the first process has when it is set up.
 */
export function mountsToOpen(
  steps: readonly MountStep[],
  outside: readonly Mount[],
  inside: readonly Mount[],
): readonly Mount[] {
  const planned = accessOf(steps);
  if (![...planned.values()].includes('write')) return [];
  const byPath = new PathMap(planned);
  const host = new PathMap(visibleMounts(outside));
  const isOpenOutside = (path: string): boolean => {
    const holding = host.nearest(path);
    return holding !== undefined && !isReadOnly(holding);
  };
  return [...visibleMounts(inside).values()].filter(
    (mount) => isReadOnly(mount) && byPath.nearest(mount.path) === 'write' && isOpenOutside(mount.path),
  );
}

/** A mount table in which some mounts of it have been opened. */
export function withOpened(mounts: readonly Mount[], opened: readonly Mount[]): readonly Mount[] {
  const ids = new Set(opened.map(({ id }) => id));
  return mounts.map((mount) => (ids.has(mount.id) ? asOpened(mount) : mount));
}

function asOpened(mount: Mount): Mount {
  return { ...mount, options: mount.options.map((option) => (option === 'ro' ? 'rw' : option)) };
}

/** The places of a plan that are not buried by a later step. */
function accessOf(steps: readonly MountStep[]): ReadonlyMap<string, Access> {
  const last = new Map<string, { readonly at: number; access: Access }>();
  for (const [at, step] of steps.entries()) {
    const [path, access] = stepAccess(step) ?? [];
    if (path === undefined || access === undefined) continue;
    last.set(path, { at: step.kind === 'makeReadOnly' ? (last.get(path)?.at ?? at) : at, access });
  }
  const isBuried = (path: string, at: number): boolean =>
    ancestorsOf(path).some((above) => (last.get(above)?.at ?? -1) > at);
  return new Map(
    [...last].flatMap(([path, { at, access }]) => (isBuried(path, at) ? [] : [[path, access] as const])),
  );
}

function stepAccess(step: MountStep): readonly [path: string, access: Access] | undefined {
  switch (step.kind) {
    case 'bind':
      return [step.path, step.access];
    case 'unreadableFile':
    case 'makeReadOnly':
      return [step.path, 'read'];
    case 'emptyDirectory':
      return [step.path, 'own'];
    case 'privateDevices':
      return ['/dev', 'own'];
    case 'privateProcesses':
      return ['/proc', 'own'];
    case 'bindEverything':
    case 'link':
    case 'sealHost':
      return undefined;
  }
}
