import { closeSync, constants, openSync } from 'node:fs';
import { O_PATH } from '@holdfast/sandbox/internal';

/** Standard streams of a child for Node's spawn, by their numbers in this process. */
export type StdioEntry = number | 'ignore';

/** To be called with each descriptor that was opened without close-on-exec, in the turn that opened it. */
export function hideFromChildren(fd: number): void {
  if (CHILDREN_INHERIT) hidden.add(fd);
}

/** To be called when such a descriptor is closed. */
export function unhide(fd: number): void {
  if (!hidden.delete(fd) || hidden.size > 0 || uselessFd === undefined) return;
  closeSync(uselessFd);
  uselessFd = undefined;
}

/**
 * Completes the stdio of a child so that it gets a useless descriptor in place of each hidden one.
 *
 * node-pty opens the server's end of a terminal without close-on-exec, and Node has no call that sets the flag. Whoever
 * inherits that end reads and types in somebody else's terminal. Every spawn of this process has to go through here.
 *
 * What a child has instead is in every sandbox, past all mounts. So it is no file that could be opened again, read, written or
 * given another mode, and no directory.
 */
export function withoutHidden<Entry>(stdio: readonly Entry[]): (Entry | StdioEntry)[] {
  if (hidden.size === 0) return [...stdio];
  uselessFd ??= openUseless();
  const all: (Entry | StdioEntry)[] = [...stdio];
  const last = Math.max(...hidden);
  for (let fd = stdio.length; fd <= last; fd += 1) all.push(hidden.has(fd) ? uselessFd : 'ignore');
  return all;
}

// There libuv has the kernel close everything that a spawn does not name.
const CHILDREN_INHERIT = process.platform !== 'darwin';

const hidden = new Set<number>();
let uselessFd: number | undefined;

/** Of a link, held and not followed: the kernel opens none. It is one that nobody can exchange. */
function openUseless(): number {
  // There are no sandboxes on other systems.
  if (process.platform !== 'linux') return openSync('/dev/null', 'r+');
  return openSync('/proc/self/exe', O_PATH | constants.O_NOFOLLOW);
}
