import { closeSync, constants, openSync } from 'node:fs';
import { O_PATH, pathOfDescriptor } from '@holdfast/sandbox/internal';
import type { ChildSpec } from './child.js';

/**
 * Starts something in the working directory of a child. Node takes that as text, so a directory whose name is not
 * UTF-8 is named by a descriptor instead, which the new process has until it runs the program. Linux alone has such
 * names and such descriptors.
 */
export function inWorkingDirectory<T>({ cwd, cwdBytes }: ChildSpec, launch: (cwd: string) => T): T {
  if (cwdBytes === undefined || process.platform !== 'linux') return launch(cwd);
  // Entering it is all that is wanted, and takes no right to read it.
  const fd = openSync(Buffer.from(cwdBytes), O_PATH | constants.O_DIRECTORY);
  try {
    return launch(pathOfDescriptor(fd));
  } finally {
    closeSync(fd);
  }
}
