import { type Dirent, lstatSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { childOf, isWithin } from '../files/paths.js';
import { readSmallBytes } from '../files/read-small-file.js';
import { MAX_LOOKED_GIT_ENTRIES, MAX_SMALL_FILE_BYTES } from '../limits.js';
import type { Appeared } from './appeared.js';
import { faultOfIndex, isStrangeName } from './git-index.js';

/** What one look may still do; counted down. */
export interface LookBudget {
  indexBytes: number;
}

/**
 * What has changed in the directory of a repository so that git outside writes elsewhere than git does, or runs what somebody has left
 * there: links, which git follows and never makes, names in an index or a record of conflicts, a rebase that was not ended.
 * @param since Milliseconds since 1970; what has not changed from then on is left out. @throws The reason of the signal.
 */
export async function gitChanges(
  directory: string,
  since: number,
  budget: LookBudget,
  signal: AbortSignal,
): Promise<readonly Appeared[]> {
  const found: Appeared[] = [];
  for await (const { path, name, isLink } of entriesBelow(directory, signal)) {
    const isNamedByUsers = NAMED_BY_USERS.some((kind) => isWithin(path, childOf(directory, kind)));
    const state = isNamedByUsers ? undefined : stateAt(path, name, directory, budget);
    const finding = isLink ? linkAt(path, directory) : state;
    if (finding !== undefined && hasChanged(path, since)) found.push(...(await finding()));
  }
  return found;
}

/** What one entry of a repository has to tell, once it is known to have changed. */
type Finding = () => readonly Appeared[] | Promise<readonly Appeared[]>;

function linkAt(path: string, directory: string): Finding {
  const text = `${path} is a link, and git outside may write where it leads, with what a command has put into ${directory}; remove it`;
  return () => [{ kind: 'gitLink', path, text }];
}

function stateAt(path: string, name: string, directory: string, budget: LookBudget): Finding | undefined {
  if (name === 'index' || name.startsWith('sharedindex.')) return () => ofIndex(path, budget);
  if (name === 'MERGE_RR') return () => ofConflicts(path, directory);
  if (name !== REBASE_LIST) return undefined;
  const text = `${path} belongs to a rebase that was not ended, and git rebase --continue outside runs what it says; look at it, or git rebase --abort`;
  return () => [{ kind: 'gitState', path, text }];
}

async function ofIndex(path: string, budget: LookBudget): Promise<readonly Appeared[]> {
  const bytes = bytesOf(path, budget.indexBytes);
  budget.indexBytes -= bytes?.length ?? 0;
  const fault = bytes === undefined ? undefined : await faultOfIndex(bytes);
  if (bytes !== undefined && fault === undefined) return [];
  const why =
    fault?.kind === 'strangeName'
      ? `names ${JSON.stringify(fault.name)}, and git checkout, stash or reset outside writes there`
      : `is not as git writes it, or is too large to be looked at, and git outside writes where it says`;
  return [{ kind: 'gitState', path, text: `${path} ${why}; remove it, and git reset makes it anew` }];
}

/** What conflicts were about, which `git commit` copies into the repository once they are resolved. */
function ofConflicts(path: string, directory: string): readonly Appeared[] {
  const lines = bytesOf(path, MAX_SMALL_FILE_BYTES)?.toString('utf8').split('\0') ?? [];
  const names = lines.filter((line) => line !== '').map((line) => line.slice(line.indexOf('\t') + 1));
  const name = names.find(isStrangeName) ?? names[0];
  if (name === undefined) return [];
  const text = `${path} names ${JSON.stringify(name)}, which git commit outside copies into ${directory}; remove it, unless conflicts are being resolved`;
  return [{ kind: 'gitState', path, text }];
}

/** Undefined for what cannot be read, a link included, which is told of by itself. */
function bytesOf(path: string, maxBytes: number): Buffer | undefined {
  try {
    return readSmallBytes(path, maxBytes);
  } catch {
    return undefined;
  }
}

function hasChanged(path: string, since: number): boolean {
  try {
    return (lstatSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0) >= since;
  } catch {
    return false;
  }
}

interface GitEntry {
  readonly path: string;
  readonly name: string;
  readonly isLink: boolean;
}

/** What is not a directory in that of a repository, breadth first, up to `MAX_LOOKED_GIT_ENTRIES` entries. */
async function* entriesBelow(directory: string, signal: AbortSignal): AsyncGenerator<GitEntry> {
  const left = { entries: MAX_LOOKED_GIT_ENTRIES };
  const directories = [directory];
  for (let at = 0; at < directories.length && left.entries > 0; at += 1) {
    const holder = directories[at] ?? directory;
    for await (const entry of listed(holder)) {
      signal.throwIfAborted();
      left.entries -= 1;
      if (left.entries < 0) return;
      const path = childOf(holder, entry.name);
      if (!entry.isDirectory()) yield { path, name: entry.name, isLink: entry.isSymbolicLink() };
      else if (holder !== directory || !PASSED_OVER.has(entry.name)) directories.push(path);
    }
  }
}

/** Nothing where it cannot be read, or has gone. */
async function* listed(directory: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(directory);
  } catch {
    // What nobody can look at, git does not either.
  }
}

/** Where files are called as branches are. */
const NAMED_BY_USERS = ['refs', 'logs'];

const REBASE_LIST = 'git-rebase-todo';

/** What git fills by names that it has made up itself, what is protected, and what has other repositories in it. */
const PASSED_OVER: ReadonlySet<string> = new Set('annex hooks lfs modules objects rr-cache svn'.split(' '));
