import { existsSync, readdirSync, renameSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExecError } from '@holdfast/exec-protocol';
import { errorCode } from '../../files/error-code.js';
import { grantOwner, makeOwnDirectory, writeOwnFile } from '../../files/own-files.js';
import { MAX_RECORD_BYTES, PLACEHOLDER_WAIT_MS } from '../../limits.js';
import type { Placeholder } from '../../linux/plan-mounts.js';
import { removeFile, removePlaceholders } from './placeholder-file.js';
import { isElsewhere, isRunning, numberIn } from './process-mark.js';
import { readRecord } from './record.js';

/*
 * Who holds the placeholders of one directory: a folder with a file for each holder, named after its process, which lists
 * them. The folder goes by the identity of the directory, so that all meet there who know it by different names. There is
 * no lock. Who leaves says so before he looks for others, and who enters says so before he looks for one
 * that leaves: so at least one of the two sees the other. Until a placeholder has gone its record is there, and whoever
 * plans knows.
 */

/** The folder of one directory. */
export interface Holders {
  readonly folder: string;
  /** Is told which file is not believed. */
  readonly onForged: (file: string) => void;
  /** The directory, for whoever holds it; without it, it is looked for where it was. */
  readonly held?: number | undefined;
}

const LEAVING = '.leaving';
/** Ends the records of those who have left what they could not remove. */
const LEFT = '.left';
const UNFINISHED = '.new';
const POLL_MS = 1;

/**
 * Joins the holders. The placeholders may be made once those have left who were about to.
 * @param holder Names the holder; it begins with the mark of its process.
 * @returns who began to leave before, for `haveLeft`.
 * @throws ExecError `sandboxUnsupported` for more placeholders than one record takes.
 */
export function enter(
  holders: Holders,
  holder: string,
  placeholders: readonly Placeholder[],
): readonly string[] {
  const { folder } = holders;
  const text = JSON.stringify(placeholders);
  if (Buffer.byteLength(text) > MAX_RECORD_BYTES) {
    throw new ExecError(
      'sandboxUnsupported',
      `sandbox: there are too many names in one directory that must not be created (${placeholders.length}); deny the directory instead`,
    );
  }
  while (!isWritten(path.join(folder, holder), text)) makeOwnDirectory(folder);
  // Who begins to leave from now on sees this holder.
  return entriesOf(holders).filter((entry) => entry.endsWith(LEAVING));
}

/**
 * Waits until all of them have left: to remove some files and directories takes a process no longer than it waits for its turn.
 * @throws ExecError `sandboxUnsupported` when one does not come to an end; the reason of the signal.
 */
export async function haveLeft(
  { folder }: Holders,
  leavers: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const deadlineMs = performance.now() + PLACEHOLDER_WAIT_MS;
  const isLeaving = (leaver: string): boolean => isRunning(leaver) && existsSync(path.join(folder, leaver));
  for (let stopped = leavers.find(isLeaving); stopped !== undefined; stopped = leavers.find(isLeaving)) {
    if (performance.now() > deadlineMs) {
      throw new ExecError(
        'sandboxUnsupported',
        `sandbox: process ${numberIn(stopped)} ${remedyFor(stopped, path.join(folder, stopped))}`,
      );
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

function remedyFor(leaver: string, file: string): string {
  const what = 'while it removes what this sandbox needs';
  return isElsewhere(leaver)
    ? `of another container or namespace stands still ${what}, or was killed; let it go on, or end it and remove ${file}`
    : `stands still ${what}; let it go on or end it`;
}

/** Leaves the holders, and removes the placeholders that nobody else holds. */
export function leave(holders: Holders, holder: string, placeholders: readonly Placeholder[]): void {
  takeOut(holders, holder, holder, placeholders);
  leaveForTheDead(holders, holder);
}

/** Leaves in the place of holders who have died, or could not remove everything. @param by Names the holder that does it. */
export function leaveForTheDead(holders: Holders, by: string): void {
  for (const entry of entriesToSweep(holders)) {
    if (!isHolding(entry)) takeOut(holders, entry, by, listedIn(holders, entry));
  }
}

/** None where a lack of descriptors keeps anybody from telling: whoever comes next does it. */
function entriesToSweep(holders: Holders): readonly string[] {
  try {
    return entriesOf(holders);
  } catch {
    return [];
  }
}

/** What is held by others, or left by anybody. @param own Begins the names of the holders that do not count. */
export function heldByOthers(holders: Holders, own: string): readonly Placeholder[] {
  const others = entriesOf(holders).filter((entry) => !entry.startsWith(own) || entry.endsWith(LEFT));
  return others.flatMap((entry) => listedIn(holders, entry));
}

function takeOut(holders: Holders, entry: string, by: string, placeholders: readonly Placeholder[]): void {
  const { folder } = holders;
  const file = path.join(folder, entry);
  const leaving = `${by}${LEAVING}`;
  try {
    renameSync(file, path.join(folder, leaving));
  } catch {
    // Somebody did it for a dead process; or the records cannot be written, and whoever can does it later.
    return;
  }
  if (areRemoved(holders, leaving, placeholders)) {
    removeFile(path.join(folder, leaving));
    removeEmpty(folder);
  } else {
    // They stay known for what they are, and whoever leaves next tries again.
    renameSync(path.join(folder, leaving), file.endsWith(LEFT) ? file : `${file}${LEFT}`);
  }
}

function isHolding(entry: string): boolean {
  return !entry.endsWith(LEFT) && isRunning(entry);
}

function areRemoved(holders: Holders, leaving: string, placeholders: readonly Placeholder[]): boolean {
  try {
    const others = entriesOf(holders).filter((entry) => entry !== leaving && !entry.endsWith(LEAVING));
    const listed = others.filter(isHolding).flatMap((entry) => listedIn(holders, entry));
    // By their names alone: the directory may have been called otherwise when they were listed.
    const names = new Set(listed.map((placeholder) => path.basename(placeholder.path)));
    const [first, ...more] = placeholders.filter(({ path: at }) => !names.has(path.basename(at)));
    return first === undefined || removePlaceholders([first, ...more], holders.held);
  } catch {
    // Without a descriptor nobody can tell.
    return false;
  }
}

/**
 * What a holder lists; nothing where it has left just now, or could not finish and so has made nothing, and where somebody
 * else must have written it.
 */
function listedIn({ folder, onForged }: Holders, entry: string): readonly Placeholder[] {
  if (entry.endsWith(UNFINISHED)) return [];
  const file = path.join(folder, entry);
  try {
    const listed = readRecord(file);
    if (listed === undefined) onForged(file);
    return listed ?? [];
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** False where there is no folder: it has not been made, or its last holder has just removed it; or where it was shut until now. */
function isWritten(file: string, text: string): boolean {
  try {
    writeOwnFile(`${file}${UNFINISHED}`, text);
    renameSync(`${file}${UNFINISHED}`, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    // Made under such a umask by whoever did not look at it.
    if (errorCode(error) === 'EACCES' && grantOwner(path.dirname(file), 0o700)) return false;
    throw error;
  }
}

function entriesOf({ folder, onForged }: Holders): readonly string[] {
  // A plan asks for thousands of directories of which hardly any has one, and an error takes many times longer.
  if (!existsSync(folder)) return [];
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    for (const entry of entries) if (!entry.isFile()) onForged(path.join(folder, entry.name));
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return [];
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
