import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';
import { errorCode } from '../../files/error-code.js';
import { PLACEHOLDER_WAIT_MS } from '../../limits.js';
import type { Placeholder } from '../../linux/plan-mounts.js';
import { removeFile, removePlaceholder } from './placeholder-file.js';
import { isRunning } from './process-mark.js';

/*
 * Who holds the placeholders of one directory: a folder with a file for each holder, named after its process, which lists
 * them. There is no lock. Who leaves says so before he looks for others, and who enters says so before he looks for one
 * that leaves: so at least one of the two sees the other. Until a placeholder has gone its record is there, and whoever
 * plans knows.
 */

const LEAVING = '.leaving';
const UNFINISHED = '.new';
const POLL_MS = 1;

/**
 * Joins the holders. The placeholders may be made afterwards.
 * @param holder Names the holder; it begins with the mark of its process.
 * @throws ExecError `sandboxUnsupported` when a process that removes placeholders there does not come to an end.
 */
export function enter(folder: string, holder: string, placeholders: readonly Placeholder[]): void {
  const file = path.join(folder, holder);
  const text = JSON.stringify(placeholders);
  while (!isWritten(file, text)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Who begins to leave from now on sees this holder.
  const stopped = leaversIn(folder).find((leaver) => !hasLeft(folder, leaver));
  if (stopped === undefined) return;
  removeFile(file);
  throw new ExecError(
    'sandboxUnsupported',
    `sandbox: process ${stopped.split('-')[0] ?? ''} stands still while it removes what this sandbox needs; let it go on or end it`,
  );
}

/** Leaves the holders, and removes the placeholders that nobody else holds. */
export function leave(folder: string, holder: string, placeholders: readonly Placeholder[]): void {
  takeOut(folder, holder, holder, placeholders);
  leaveForTheDead(folder, holder);
}

/** Leaves in the place of holders whose process has died. @param by Names the holder that does it. */
export function leaveForTheDead(folder: string, by: string): void {
  for (const entry of entriesOf(folder)) {
    if (!isRunning(entry)) takeOut(folder, entry, by, listedIn(folder, entry));
  }
}

/** The paths that are held by others. @param own Begins the names of the holders that do not count. */
export function pathsHeldByOthers(folder: string, own: string): readonly string[] {
  const others = entriesOf(folder).filter((entry) => !entry.startsWith(own));
  return others.flatMap((entry) => listedIn(folder, entry)).map((placeholder) => placeholder.path);
}

function takeOut(folder: string, entry: string, by: string, placeholders: readonly Placeholder[]): void {
  const file = path.join(folder, entry);
  const leaving = `${by}${LEAVING}`;
  try {
    renameSync(file, path.join(folder, leaving));
  } catch {
    // Somebody did it for a dead process; or the records cannot be written, and whoever can does it later.
    return;
  }
  if (areRemoved(folder, leaving, placeholders)) {
    removeFile(path.join(folder, leaving));
    removeEmpty(folder);
  } else {
    // They stay known for what they are, and whoever leaves next in the place of this one tries again.
    renameSync(path.join(folder, leaving), file);
  }
}

function areRemoved(folder: string, leaving: string, placeholders: readonly Placeholder[]): boolean {
  try {
    const others = entriesOf(folder).filter((entry) => entry !== leaving && !entry.endsWith(LEAVING));
    const listed = others.filter(isRunning).flatMap((entry) => listedIn(folder, entry));
    const held = new Set(listed.map((placeholder) => placeholder.path));
    const own = placeholders.filter((placeholder) => !held.has(placeholder.path));
    return [...own].reverse().map(removePlaceholder).every(Boolean);
  } catch {
    // Without a descriptor nobody can tell.
    return false;
  }
}

function leaversIn(folder: string): readonly string[] {
  return entriesOf(folder).filter((entry) => entry.endsWith(LEAVING));
}

/** Waits for it: to remove some files and directories takes a process no longer than it waits for its turn. */
function hasLeft(folder: string, leaver: string): boolean {
  const deadline = Date.now() + PLACEHOLDER_WAIT_MS;
  while (isRunning(leaver) && existsSync(path.join(folder, leaver))) {
    if (Date.now() > deadline) return false;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
  }
  return true;
}

/** What a holder lists; nothing where it has left just now, or could not finish and so has made nothing. */
function listedIn(folder: string, entry: string): readonly Placeholder[] {
  if (entry.endsWith(UNFINISHED)) return [];
  try {
    return JSON.parse(readFileSync(path.join(folder, entry), 'utf8')) as readonly Placeholder[];
  } catch (error) {
    // What is no list was cut off with the power of the machine.
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return [];
    throw error;
  }
}

/** False where there is no folder: it has not been made, or its last holder has just removed it. */
function isWritten(file: string, text: string): boolean {
  try {
    writeFileSync(`${file}${UNFINISHED}`, text, { mode: 0o600 });
    renameSync(`${file}${UNFINISHED}`, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody has entered, or was quicker.
  }
}
