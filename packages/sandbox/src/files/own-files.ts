import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { O_PATH, pathOfDescriptor } from './descriptors.js';
import { errorCode } from './error-code.js';

/*
 * What this program makes for itself it must be able to use: a umask such as 0277 would keep it, and those who come later, from
 * its own directories.
 */

/**
 * Makes a directory that this user alone may use, with those above it that are missing. One that is there and his is one that he
 * may use from then on.
 * @throws Error of the system; EEXIST where something else is there.
 */
export function makeOwnDirectory(directory: string): void {
  try {
    makeOrKeep(directory);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    makeOwnDirectory(path.dirname(directory));
    makeOrKeep(directory);
  }
}

function makeOrKeep(directory: string): void {
  try {
    mkdirSync(directory, { mode: OWN_DIRECTORY });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || lookAt(directory)?.isDirectory() === false) throw error;
  }
  grantOwner(directory, OWN_DIRECTORY);
}

/**
 * Gives this user rights to what is his. Nothing is followed.
 * @returns whether he lacked any; false as well where it is not his.
 */
export function grantOwner(at: string, rights: number): boolean {
  // Without a descriptor a link could lead elsewhere, and only Linux has one for what cannot be opened.
  if (process.platform !== 'linux' || hasAll(lookAt(at)?.mode ?? rights, rights)) return false;
  const held = openSync(at, O_PATH | constants.O_NOFOLLOW);
  try {
    const found = fstatSync(held);
    if (found.uid !== process.geteuid?.() || hasAll(found.mode, rights)) return false;
    chmodSync(pathOfDescriptor(held), (found.mode & PERMISSIONS) | rights);
    return true;
  } finally {
    closeSync(held);
  }
}

/** Writes a file that its user may read and write. @param mode Of a new one, as far as the umask leaves others any of it. */
export function writeOwnFile(file: string, text: string, flags = 'w', mode = OWN_FILE): void {
  const fd = openSync(file, flags, mode);
  try {
    const found = fstatSync(fd).mode;
    if (!hasAll(found, OWN_FILE)) fchmodSync(fd, (found & PERMISSIONS) | OWN_FILE);
    writeFileSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

/** Undefined where somebody has removed it. */
function lookAt(at: string): Stats | undefined {
  return lstatSync(at, { throwIfNoEntry: false });
}

function hasAll(mode: number, rights: number): boolean {
  return (mode & rights) === rights;
}

const OWN_DIRECTORY = 0o700;
const OWN_FILE = 0o600;
const PERMISSIONS = 0o7777;
