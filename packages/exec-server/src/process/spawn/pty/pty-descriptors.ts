import { closeSync, openSync } from 'node:fs';

/** Standard streams of a child for Node's spawn, by their numbers in this process. */
export type StdioEntry = number | 'ignore';

/** To be called with each descriptor that was opened without close-on-exec, in the turn that opened it. */
export function hideFromChildren(fd: number): void {
  if (CHILDREN_INHERIT) hidden.add(fd);
}

/** To be called when such a descriptor is closed. */
export function unhide(fd: number): void {
  if (!hidden.delete(fd) || hidden.size > 0 || nullFd === undefined) return;
  closeSync(nullFd);
  nullFd = undefined;
}

/**
 * Completes the stdio of a child so that it gets the null device in place of each hidden descriptor.
 *
 * node-pty opens the server's end of a terminal without close-on-exec, and Node has no call that sets the flag. Whoever
 * inherits that end reads and types in somebody else's terminal. Every spawn of this process has to go through here.
 */
export function withoutHidden<Entry>(stdio: readonly Entry[]): (Entry | StdioEntry)[] {
  if (hidden.size === 0) return [...stdio];
  nullFd ??= openSync('/dev/null', 'r+');
  const all: (Entry | StdioEntry)[] = [...stdio];
  const last = Math.max(...hidden);
  for (let fd = stdio.length; fd <= last; fd += 1) all.push(hidden.has(fd) ? nullFd : 'ignore');
  return all;
}

// There libuv has the kernel close everything that a spawn does not name.
const CHILDREN_INHERIT = process.platform !== 'darwin';

const hidden = new Set<number>();
let nullFd: number | undefined;
