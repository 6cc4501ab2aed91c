import type { MountStep } from './mount-step.js';
import { mountsIn } from './mount-table.js';

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

/** One path may be mounted upon several times. */
export function countsOf(paths: Iterable<string | undefined>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths) if (path !== undefined) counts.set(path, (counts.get(path) ?? 0) + 1);
  return counts;
}
