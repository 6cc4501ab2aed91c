import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { grantOwner } from '@holdfast/sandbox/internal';
import { errorCode } from '../spawn-error.js';

/** Makes a directory inside `parent` that only this user may enter, named after `prefix` and this process. */
export async function makePrivateDirectory(parent: string, prefix: string): Promise<string> {
  // mkdtemp makes it with mode 0700, of which a umask may leave less.
  const made = await mkdtemp(path.join(parent, `${prefix}${process.pid}-`));
  grantOwner(made, 0o700);
  return made;
}

/** Nobody but this user may have made or may enter it: in a shared directory a lost name can be taken by others. */
export async function isPrivateDirectory(directory: string): Promise<boolean> {
  const found = await lstat(directory).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
}

/**
 * Removes the private directories of this prefix that servers left in `parent` when they crashed, and tells them by the
 * process id in the name. Never fails: what cannot be removed now is tried again by the next server.
 */
export async function removeStaleDirectories(parent: string, prefix: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const pid = name.startsWith(prefix) ? /^(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (pid === undefined || isAlive(Number(pid))) continue;
    const stale = path.join(parent, name);
    if (!(await isPrivateDirectory(stale))) continue;
    // A program that the dead server started may still make files in it, and another server may clean up as well.
    await rm(stale, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}
