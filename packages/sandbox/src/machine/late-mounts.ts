import { type Mount, mountsIn } from '../mounts/mount-table.js';
import type { MayReplace } from './find-bwrap.js';
import { readOwnMountTable } from './read-mount-table.js';
import { type Starter, worksWith } from './trials.js';

/**
 * What becomes of mounts that this machine makes while a command runs: they do not spread at all, or they would, and are kept
 * out of a sandbox or seen in it, for what their own flags allow.
 */
export type LateMounts = 'none' | 'keptOut' | 'seen';

export const UNSHARE = '/usr/bin/unshare';

/**
 * What bubblewrap is started with so that no later mount reaches it: it takes them over from where it was started, and here
 * that is a copy which gets none. An ordinary user may make one only together with a user namespace.
 */
export const KEEP_OUT_LATE_MOUNTS: Starter = [
  UNSHARE,
  ...['--user', '--map-current-user', '--mount', '--propagation', 'private', '--'],
];

/** Asks this machine, as it is mounted now. Its parameters are those of `worksWith`. */
export async function lateMountsBelow(
  bwrap: string,
  mayReplace: MayReplace,
  signal: AbortSignal,
): Promise<LateMounts> {
  if (!takesOverMounts(mountsIn(readOwnMountTable()))) return 'none';
  const isKeptOut = await worksWith(KEEP_OUT_LATE_MOUNTS, [UNSHARE], bwrap, mayReplace, signal);
  return isKeptOut ? 'keptOut' : 'seen';
}

/** Whether mounts that are made elsewhere can appear among these. */
export function takesOverMounts(mounts: readonly Mount[]): boolean {
  return mounts.some(({ sharing }) => sharing.some((group) => /^(?:shared|master):/.test(group)));
}
