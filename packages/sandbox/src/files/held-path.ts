import { constants, fstatSync, openSync, readlinkSync } from 'node:fs';
import { O_PATH, pathOfDescriptor } from './descriptors.js';
import { errorCode } from './error-code.js';
import type { FileIdentity } from './resolve-path.js';
import { StalePlan } from './stale-plan.js';

/**
 * Holds what stands at a canonical path, without following it if it is a link.
 * @param flags More of them, such as `O_DIRECTORY`; default none.
 * @returns a descriptor, for the caller to close.
 * @throws StalePlan when it has gone, or is or lies in something else, or cannot be reached any more; Error of the system when it cannot be opened for another reason.
 */
export function openPath(path: string, flags = 0): number {
  try {
    return openSync(path, O_PATH | constants.O_NOFOLLOW | flags);
  } catch (error) {
    // A lack of descriptors, for one, is for whoever starts the sandbox to tell.
    const change = CHANGES[errorCode(error) ?? ''];
    if (change === undefined) throw error;
    throw new StalePlan(path, change, undefined, { cause: error });
  }
}

const CHANGES: Readonly<Record<string, 'has gone' | 'was replaced' | 'was closed'>> = {
  EACCES: 'was closed',
  ENOENT: 'has gone',
  ENOTDIR: 'was replaced',
  ELOOP: 'was replaced',
};

/**
 * Compares what a descriptor holds with what a plan knows. The name is compared too: the number of a directory that was removed
 * goes to another one, to which a link may lead by now.
 * @param path Canonical.
 * @throws StalePlan when that is another file, or is not there any more.
 */
export function checkHeld(fd: number, path: string, identity: FileIdentity): void {
  const { dev, ino } = fstatSync(fd);
  const isSame = dev === identity.device && ino === identity.inode;
  if (!isSame || readlinkSync(pathOfDescriptor(fd)) !== path) throw new StalePlan(path, 'was replaced');
}
