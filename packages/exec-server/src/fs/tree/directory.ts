import type { Dirent } from 'node:fs';
import { lstat, mkdir, stat } from 'node:fs/promises';
import { ExecError, MAX_READ_DIRECTORY_ENTRIES } from '@holdfast/exec-protocol';
import { about, errnoOf } from '../file-error.js';
import { joinPath, type NativePath, namesOf, shownPath } from '../native-path.js';
import { descend } from '../no-follow.js';
import type { LinkOptions } from '../open-file.js';
import { entriesIn } from './names.js';

/** One entry of a directory; a link counts as what it leads to. */
export interface DirectoryEntry {
  readonly name: Buffer;
  readonly isDirectory: boolean;
  readonly isFile: boolean;
}

/**
 * The entries of a directory in no order; links that lead nowhere are left out.
 * @throws ExecError `fileTooLarge` where they are more than can be answered.
 */
export function readDirectory(path: NativePath): Promise<readonly DirectoryEntry[]> {
  return about(path, async () => {
    const entries: DirectoryEntry[] = [];
    for await (const entry of entriesOf(path)) entries.push(entry);
    return entries;
  });
}

/**
 * The same, one after the other.
 * @throws ExecError `fileTooLarge` where they are more than `limit`; what the system says.
 */
export async function* entriesOf(
  path: NativePath,
  limit: number = MAX_READ_DIRECTORY_ENTRIES,
): AsyncIterable<DirectoryEntry> {
  let count = 0;
  for await (const entry of entriesIn(path)) {
    if (count >= limit) throw tooMany(path, limit);
    const kind = await kindOf(path, entry);
    if (kind === undefined) continue;
    count += 1;
    yield { name: entry.name, ...kind };
  }
}

/** Makes a directory; with `recursive` also those above it, and one that exists is no error. */
export async function createDirectory(
  path: NativePath,
  { recursive, followSymlinks }: LinkOptions & { readonly recursive: boolean },
): Promise<void> {
  if (followSymlinks) {
    await about(path, () => (recursive ? makeAll(path) : mkdir(path)));
    return;
  }
  if (recursive) {
    let parent: NativePath = Buffer.from('/');
    for (const name of namesOf(path)) {
      parent = joinPath(parent, name);
      await makeUnlessThere(parent);
    }
    return;
  }
  await about(path, () => descend(path, (last) => mkdir(last)));
}

async function makeAll(path: NativePath): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    // That is what Node makes of any reason why the first missing one cannot be made; the system is asked for its own.
    let parent: NativePath = Buffer.from('/');
    for (const name of namesOf(path)) {
      parent = joinPath(parent, name);
      await mkdir(parent).catch((reason: unknown) => {
        if (errnoOf(reason) !== 'EEXIST') throw reason;
      });
    }
  }
}

async function makeUnlessThere(path: NativePath): Promise<void> {
  await about(path, () =>
    descend(path, async (last) => {
      await mkdir(last).catch(async (error: unknown) => {
        if (errnoOf(error) !== 'EEXIST') throw error;
        if (!(await lstat(last)).isDirectory()) throw notADirectory(path);
      });
    }),
  );
}

function tooMany(path: NativePath, limit: number): ExecError {
  return new ExecError(
    'fileTooLarge',
    `${shownPath(path)} has more than ${limit} entries; list the first of them with fs/walk`,
  );
}

function notADirectory(path: NativePath): ExecError {
  return new ExecError('notADirectory', `${shownPath(path)} exists and is no directory`);
}

async function kindOf(
  directory: NativePath,
  entry: Dirent<Buffer>,
): Promise<{ readonly isDirectory: boolean; readonly isFile: boolean } | undefined> {
  if (!entry.isSymbolicLink()) return { isDirectory: entry.isDirectory(), isFile: entry.isFile() };
  const target = await stat(joinPath(directory, entry.name)).catch(() => undefined);
  if (target === undefined) return undefined;
  return { isDirectory: target.isDirectory(), isFile: target.isFile() };
}
