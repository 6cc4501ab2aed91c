import { closeSync, constants, openSync } from 'node:fs';
import type { ChildSpec } from './child.js';

/** Opens a directory without the right to read it; entering it is all that is wanted. Node does not name it. */
const O_PATH = 0o10000000;

/**
 * Starts something in the working directory of a child. Node takes that as text, so a directory whose name is not
 * UTF-8 is named by a descriptor instead, which the new process has until it runs the program. Linux alone has such
 * names and such descriptors.
 */
export function inWorkingDirectory<T>({ cwd, cwdBytes }: ChildSpec, launch: (cwd: string) => T): T {
  if (cwdBytes === undefined || process.platform !== 'linux') return launch(cwd);
  const fd = openSync(Buffer.from(cwdBytes), O_PATH | constants.O_DIRECTORY);
  try {
    return launch(`/proc/self/fd/${fd}`);
  } finally {
    closeSync(fd);
  }
}
