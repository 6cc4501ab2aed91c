import { closeSync, openSync } from 'node:fs';

/**
 * Keeps one descriptor of this process back for `withSpareDescriptor`. To be called while there are some left; as long
 * as several keep it, it is one and the same.
 * @returns what gives it back; harmless when called again.
 */
export function keepSpareDescriptor(): () => void {
  const keeper = {};
  keepers.add(keeper);
  restore();
  return () => {
    keepers.delete(keeper);
    if (keepers.size === 0) give();
  };
}

/**
 * Runs `work`, and if no descriptor is left for it, once more with the one that was kept back. What has to work on a
 * machine at its limits, such as finding the processes to end, must not depend on what others have left over. `work`
 * opens one file at a time, closes it, and throws what the system says.
 */
export function withSpareDescriptor<T>(work: () => T): T {
  restore();
  try {
    return work();
  } catch (error) {
    if (!isOutOfDescriptors(error) || spareFd === undefined) throw error;
  }
  give();
  try {
    return work();
  } finally {
    restore();
  }
}

const keepers = new Set<object>();
let spareFd: number | undefined;

function give(): void {
  if (spareFd !== undefined) closeSync(spareFd);
  spareFd = undefined;
}

function restore(): void {
  if (spareFd !== undefined || keepers.size === 0) return;
  try {
    spareFd = openSync('/dev/null', 'r');
  } catch {
    // Somebody else was faster; the next use tries again.
  }
}

function isOutOfDescriptors(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE');
}
