import { isKernelFileSystem } from '../files/kernel-file-systems.js';
import { kernelTreeOf } from '../files/kernel-trees.js';
import { holdersOf, isWithinAny } from '../files/paths.js';
import { type Mount, visibleMounts } from './mount-table.js';

/** Whether somebody else than the kernel of this machine answers for it. */
export function isRemote({ type }: Mount): boolean {
  return /^(?:fuse|nfs|cifs|smb|9p|ceph|afs|autofs|lustre|glusterfs|virtiofs|vboxsf)/.test(type);
}

/** Where what may never answer is mounted; but for the root, without which there is nothing. */
export function remotePlaces(mounts: readonly Mount[]): ReadonlySet<string> {
  const remote = mounts.filter((mount) => isRemote(mount) && mount.path !== '/');
  return new Set(remote.map(({ path }) => path));
}

/** Whether the kernel tells in `root` which directory of it a mount shows; of NFS it always says the top. */
export function tellsWhatItShows({ type }: Mount): boolean {
  return type !== 'nfs' && type !== 'nfs4';
}

/** Whether an ordinary user has mounted it, who can unmount it as well. */
export function isOfUser(mount: Mount): boolean {
  return userOf(mount) !== undefined;
}

/** Where ordinary users but this one answer, whenever they like. @param uid Of this user. */
export function placesOfOthers(mounts: readonly Mount[], uid: number): readonly string[] {
  const ofOthers = mounts.filter((mount) => ![undefined, uid].includes(userOf(mount)));
  return ofOthers.map(({ path }) => path);
}

/** The ordinary user who has mounted it. */
function userOf({ type, fileSystemOptions }: Mount): number | undefined {
  if (!type.startsWith('fuse')) return undefined;
  const option = fileSystemOptions.find((one) => /^user_id=[1-9]/.test(one));
  return option === undefined ? undefined : Number(option.slice('user_id='.length));
}

/** Whether something is mounted in its place as soon as it is needed; it keeps no files itself. */
export function isTrigger({ type }: Mount): boolean {
  return type === 'autofs';
}

/**
 * Where somebody outside mounts something for each name that is used, as far as nothing is mounted there: what that comes to later no sandbox
 * shows, and whoever may use names tells them to it, and what it asks on the network.
 */
export function idleTriggers(mounts: readonly Mount[]): readonly Mount[] {
  const visible = [...visibleMounts(mounts).values()];
  const used = holdersOf(visible.map(({ path }) => path));
  return visible.filter(
    (mount) => takesNames(mount) && !used.has(mount.path) && kernelTreeOf(mount.path) === undefined,
  );
}

/** The others stand for one thing each, such as `/boot`. */
function takesNames(mount: Mount): boolean {
  return isTrigger(mount) && mount.fileSystemOptions.includes('indirect');
}

/**
 * What the kernel shows elsewhere than in the trees that every sandbox has of its own, such as in the root of a container. Processes have
 * the numbers there by which they are known outside, the first one of a sandbox too, and settings are those of the machine.
 */
export function strayKernelMounts(mounts: readonly Mount[]): readonly Mount[] {
  return [...visibleMounts(mounts).values()].filter(isStray);
}

/**
 * Those that other mounts cover: they cannot be hidden, and whoever takes the cover away shows them. What lies where one of the
 * visible ones is hidden is so as well, such as a `/dev/pts` mounted twice in the `/dev` of a container.
 */
export function coveredKernelMounts(mounts: readonly Mount[]): readonly Mount[] {
  const visible = new Set(strayKernelMounts(mounts));
  const hidden = new Set([...visible].map(({ path }) => path));
  return mounts.filter((mount) => isStray(mount) && !visible.has(mount) && !isWithinAny(mount.path, hidden));
}

/** In which the kernel tells what it traces, to whoever reads it first. */
export function tracingMounts(mounts: readonly Mount[]): readonly Mount[] {
  return [...visibleMounts(mounts).values()].filter(({ type }) => type === 'tracefs' || type === 'debugfs');
}

function isStray({ path, type }: Mount): boolean {
  return isKernelFileSystem(type) && kernelTreeOf(path) === undefined;
}
