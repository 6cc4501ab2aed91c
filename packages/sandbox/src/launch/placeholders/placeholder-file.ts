import { closeSync, constants, lstatSync, mkdirSync, opendirSync, rmdirSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';
import { pathOfDescriptor } from '../../files/descriptors.js';
import { errorCode } from '../../files/error-code.js';
import { checkHeld, openPath } from '../../files/held-path.js';
import { grantOwner, writeOwnFile } from '../../files/own-files.js';
import { parentOf } from '../../files/paths.js';
import { readSmallFile } from '../../files/read-small-file.js';
import { realFileFacts } from '../../files/real-file-facts.js';
import type { FileIdentity } from '../../files/resolve-path.js';
import { StalePlan } from '../../files/stale-plan.js';
import type { Placeholder } from '../../linux/plan-mounts.js';
import { whileOpen } from './while-open.js';

/*
 * A command that runs may put a link in the place of a directory at any time. So what is made and removed here is named by way
 * of its directory, which is held and is the planned one, and what was made is known by its identity from then on.
 */

/** Placeholders of one directory. */
export type PlaceholdersOfDirectory = readonly [Placeholder, ...Placeholder[]];

/**
 * Puts placeholders where nothing is.
 * @returns what stands at each of their paths now.
 * @throws StalePlan when their directory has gone, is another one or was closed, or something came up since the plan was
 * made; ExecError `sandboxUnsupported` when one cannot be made.
 */
export function makePlaceholders(placeholders: PlaceholdersOfDirectory): ReadonlyMap<string, FileIdentity> {
  const made = new Map<string, FileIdentity>();
  let [last] = placeholders;
  try {
    inDirectoryOf(last, (directory) => {
      for (last of placeholders) made.set(last.path, madeAt(nameIn(directory, last), last));
    });
  } catch (error) {
    throw explained(error, last);
  }
  return made;
}

/**
 * Holds the directory of placeholders, so that they are found when they are to go, whatever it is called by then.
 * @returns a descriptor, for the caller to close; undefined where there is none to be had.
 * @throws StalePlan when their directory has gone or is another one.
 */
export function holdDirectoryOf({ path: at, directory }: Placeholder): number | undefined {
  try {
    return heldDirectory(parentOf(at), directory);
  } catch (error) {
    if (error instanceof StalePlan) throw error;
    return undefined;
  }
}

/**
 * Removes those that are still as they were made: whatever has other content is nobody's placeholder. Their directory is opened
 * for that where it is shut and this user's.
 * @param held Their directory; without it, it is looked for where it was.
 * @returns false when one stands there and cannot be removed, or nobody can tell.
 */
export function removePlaceholders(placeholders: PlaceholdersOfDirectory, held?: number): boolean {
  const remove = (directory: number): boolean => {
    const areRemoved = (): boolean =>
      [...placeholders]
        .reverse()
        .map((placeholder) => isRemoved(nameIn(directory, placeholder), placeholder))
        .every(Boolean);
    return areRemoved() || whileOpen(directory, areRemoved);
  };
  try {
    return held === undefined ? inDirectoryOf(placeholders[0], remove) : remove(held);
  } catch (error) {
    // In another directory is nothing that was made for these; what is behind a shut one nobody can tell.
    return error instanceof StalePlan && errorCode(error.cause) !== 'EACCES';
  }
}

/** How what is in a directory is named, so that no link leads anywhere else. */
function nameIn(directory: number, { path: at }: Placeholder): string {
  return `${pathOfDescriptor(directory)}/${path.basename(at)}`;
}

function inDirectoryOf<T>({ path: at, directory }: Placeholder, work: (directory: number) => T): T {
  const held = heldDirectory(parentOf(at), directory);
  try {
    return work(held);
  } finally {
    closeSync(held);
  }
}

function heldDirectory(at: string, directory: FileIdentity): number {
  const held = openPath(at, constants.O_DIRECTORY);
  try {
    checkHeld(held, at, directory);
    return held;
  } catch (error) {
    closeSync(held);
    throw error;
  }
}

function madeAt(name: string, placeholder: Placeholder): FileIdentity {
  try {
    if (placeholder.kind === 'file') writeOwnFile(name, placeholder.text, 'wx', 0o644);
    else {
      mkdirSync(name, { mode: 0o755 });
      grantOwner(name, 0o700);
    }
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    // Another sandbox made it, unless there is something in it to be kept from the command.
    if (isReplaced(name, placeholder)) throw new StalePlan(placeholder.path, 'came up');
  }
  const found = lstatSync(name);
  // One that a command has put there just now.
  if (found.isSymbolicLink()) throw new StalePlan(placeholder.path, 'was replaced');
  return { device: found.dev, inode: found.ino };
}

function explained(error: unknown, placeholder: Placeholder): ExecError {
  if (error instanceof ExecError) return error;
  const code = errorCode(error);
  if (code === 'ENOENT') {
    return new StalePlan(parentOf(placeholder.path), 'has gone', undefined, { cause: error });
  }
  // What its owner has closed since the plan was made, the next one knows.
  if (code === 'EACCES' && realFileFacts.mayCreateIn(parentOf(placeholder.path)) === 'afterChmod') {
    return new StalePlan(parentOf(placeholder.path), 'was closed', undefined, { cause: error });
  }
  return new ExecError(
    'sandboxUnsupported',
    `sandbox: ${placeholder.path} must not be created by the command, and cannot be kept from it (${code ?? String(error)}); let this user write its directory, or do not allow the command to`,
    { cause: error },
  );
}

function isRemoved(name: string, placeholder: Placeholder): boolean {
  try {
    if (placeholder.kind === 'directory') rmdirSync(name);
    else if (!isOther(name, placeholder)) unlinkSync(name);
    return true;
  } catch (error) {
    return NOT_THERE.has(errorCode(error) ?? '');
  }
}

/** Something else stands there, or nothing can. */
const NOT_THERE: ReadonlySet<string> = new Set([
  'ENOENT',
  'ENOTEMPTY',
  'EEXIST',
  'ENOTDIR',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
]);

/** Whether something else stands by now where a placeholder was made, or in it; true as well where nobody can tell. */
export function isReplaced(name: string, placeholder: Placeholder): boolean {
  try {
    return isOther(name, placeholder);
  } catch (error) {
    return errorCode(error) !== 'ENOENT';
  }
}

/** @throws Error of the system where nothing stands there, or nobody can tell. */
function isOther(name: string, placeholder: Placeholder): boolean {
  if (placeholder.kind === 'directory') return !lstatSync(name).isDirectory() || !isEmpty(name);
  return readSmallFile(name, Buffer.byteLength(placeholder.text)) !== placeholder.text;
}

function isEmpty(name: string): boolean {
  const directory = opendirSync(name, { bufferSize: 1 });
  try {
    return directory.readSync() === null;
  } finally {
    directory.closeSync();
  }
}

/** Removes a file, if it is there. Many times faster than `rmSync`. */
export function removeFile(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}
