import { opendir, rmdir, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { about, errnoOf } from '../file-error.js';
import type { NativePath } from '../native-path.js';
import type { Standpoint } from './standpoint.js';

/**
 * Removes a directory with what it holds, and nothing that links lead to, even where others put them in the place of
 * directories meanwhile. Of what it holds a few names are kept at once, however many there are.
 * @param within Stands where the directory is.
 * @throws ExecError about what lies below; Error of the system about itself. What has gone until then is gone.
 */
export async function removeDirectory(within: Standpoint, name: Buffer): Promise<void> {
  for (let tries = 0; !(await isRemoved(within.entry(name).at, tries < TRIES)); tries += 1) {
    await sleep(tries * PAUSE_MS);
    await within.enter(name);
    await removeContent(within);
    await within.leave();
  }
}

/** Somebody may be writing below at the same time. */
const TRIES = 4;
const PAUSE_MS = 100;

async function isRemoved(at: NativePath, mayBeFull: boolean): Promise<boolean> {
  try {
    await rmdir(at);
    return true;
  } catch (error) {
    if (mayBeFull && FULL.has(errnoOf(error))) return false;
    throw error;
  }
}

async function removeContent(place: Standpoint): Promise<void> {
  let directories: readonly Buffer[];
  do {
    directories = await about(place.itself.path, () => removeOthers(place));
    for (const name of directories) await unlessChanged(place, name, () => removeDirectory(place, name));
  } while (directories.length === DIRECTORIES_AT_ONCE);
}

/** Removes what is no directory. @returns some of the directories, or all. */
async function removeOthers(place: Standpoint): Promise<readonly Buffer[]> {
  const directories: Buffer[] = [];
  const others: Buffer[] = [];
  for await (const entry of await opendir(place.itself.at, { encoding: BYTES, bufferSize: NAMES_AT_ONCE })) {
    (entry.isDirectory() ? directories : others).push(Buffer.from(entry.name));
    if (others.length === NAMES_AT_ONCE) await unlinkAll(place, others.splice(0));
    if (directories.length === DIRECTORIES_AT_ONCE) break;
  }
  await unlinkAll(place, others);
  return directories;
}

async function unlinkAll(place: Standpoint, names: readonly Buffer[]): Promise<void> {
  const works = names.map((name) => unlessChanged(place, name, () => unlink(place.entry(name).at)));
  // The descriptor of the directory is another one's as soon as it is let go, so none of them may be left behind.
  await Promise.allSettled(works);
  await Promise.all(works);
}

/** What is something else by now is found by the next look, because the directory cannot go before. */
async function unlessChanged(place: Standpoint, name: Buffer, work: () => Promise<void>): Promise<void> {
  await about(place.entry(name).path, async () => {
    try {
      await work();
    } catch (error) {
      if (!CHANGED.has(errnoOf(error))) throw error;
    }
  });
}

const NAMES_AT_ONCE = 64;
const DIRECTORIES_AT_ONCE = 1024;

const FULL: ReadonlySet<string | undefined> = new Set(['ENOTEMPTY', 'EEXIST']);
const CHANGED: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

/** A name need not be text. The types of Node do not know that directories are read like this, too. */
const BYTES = 'buffer' as BufferEncoding;
