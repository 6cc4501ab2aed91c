import { lstatSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';
import { errorCode } from '../files/error-code.js';
import { makeOwnDirectory } from '../files/own-files.js';
import { childOf } from '../files/paths.js';

/**
 * Where servers of a user keep output that fits into no memory. All of them share it, so that each sandbox hides that of all.
 * @param uid In this user namespace; the folder of its root has the number outside of it, for root of the machine is somebody else.
 * @param directory On a disk, as a canonical path; default `/var/tmp`.
 */
export function spillFolder(uid: number, directory = '/var/tmp'): string {
  return childOf(directory, `holdfast-${uidOutside(uid)}`);
}

/**
 * Who the root of this user namespace is outside of it, where another user is root of the machine. Any other number may be told of a namespace in
 * between, and stays as it is.
 * @param uidMap As in `/proc/PID/uid_map`: the first number inside, the first one outside, and how many, in each line; default that
 *   of this process.
 */
export function uidOutside(uid: number, uidMap = ownUidMap()): number {
  if (uid !== 0) return uid;
  const [inside, outside] = uidMap.trim().split(/\s+/).map(Number);
  return inside === 0 ? (outside ?? 0) : 0;
}

function ownUidMap(): string {
  try {
    return readFileSync('/proc/self/uid_map', 'latin1');
  } catch {
    // There are no user namespaces.
    return '';
  }
}

/**
 * Makes a directory that no sandbox may see, if it is missing: what is not there cannot be hidden from a sandbox, which could
 * then make it and see all that is put there later.
 * @returns false where nobody with the rights of this program can make it, and so no command can either.
 * @throws ExecError `sandboxUnsupported` when it cannot be made, or somebody else could have put something there.
 */
export function secureOwnFolder(folder: string): boolean {
  try {
    make(folder);
  } catch (error) {
    const code = errorCode(error) ?? String(error);
    if (NOBODY_CAN.has(code)) return false;
    throw new ExecError(
      'sandboxUnsupported',
      `sandbox: the directory ${folder} cannot be made (${code}), which hides what is not for commands; see that ${path.dirname(folder)} is a directory and has room`,
      { cause: error },
    );
  }
  const { uid, mode } = lstatSync(folder);
  if (uid === process.geteuid?.() && (mode & 0o170077) === 0o040000) return true;
  throw new ExecError(
    'sandboxUnsupported',
    `sandbox: ${folder} must be a directory of this user with mode 0700; remove it or correct it`,
  );
}

function make(folder: string): void {
  try {
    makeOwnDirectory(folder);
  } catch (error) {
    // What it is is judged by who asks.
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

const NOBODY_CAN: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);
