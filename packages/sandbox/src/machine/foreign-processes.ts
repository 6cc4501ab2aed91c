import { readlinkSync } from 'node:fs';

/**
 * Why nothing can be seen of the processes that this one starts; undefined where it can: `/proc` may be that of another pid
 * namespace, where the same numbers are those of others.
 * @param self Where `/proc/self` leads; undefined for nowhere.
 */
export function foreignProcesses(self = ownLink(), pid = process.pid): string | undefined {
  if (self === String(pid)) return undefined;
  return '/proc does not show the processes of this pid namespace; mount one that does (bwrap --proc /proc, unshare --mount-proc)';
}

function ownLink(): string | undefined {
  try {
    return readlinkSync('/proc/self');
  } catch {
    return undefined;
  }
}
