import { type Dirent, lstatSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { errorCode } from '../files/error-code.js';
import { childOf, NOT_UTF_8 } from '../files/paths.js';
import { readBeginning } from '../files/read-beginning.js';
import { readSmallBytes } from '../files/read-small-file.js';
import {
  MAX_INDEX_BYTES,
  MAX_INDEX_CHARACTERS,
  MAX_LOOKED_ENTRIES,
  MAX_LOOKED_GIT_ENTRIES,
  MAX_SMALL_FILE_BYTES,
} from '../limits.js';
import { type Findings, shown } from './findings.js';
import { faultOfIndex, isStrangeName } from './git-index.js';

/** What one look may still do, in all repositories together; counted down. */
export interface LookBudget {
  entries: number;
  indexBytes: number;
  indexCharacters: number;
}

export function fullBudget(): LookBudget {
  return {
    entries: MAX_LOOKED_ENTRIES,
    indexBytes: MAX_INDEX_BYTES,
    indexCharacters: MAX_INDEX_CHARACTERS,
  };
}

/** A look at what has changed. */
export interface ChangeLook {
  /** Milliseconds since 1970; what has not changed from then on is left out. */
  readonly since: number;
  readonly budget: LookBudget;
  readonly findings: Findings;
  readonly signal: AbortSignal;
}

/**
 * Finds what has changed in the directory of a repository so that git outside writes elsewhere than git does, or runs what somebody has left
 * there: links, which git follows and never makes, names in an index or a record of conflicts, a rebase that was not ended.
 * @throws The reason of the signal.
 */
export async function findGitChanges(directory: string, look: ChangeLook): Promise<void> {
  for await (const entry of entriesBelow(directory, look)) {
    const { path, isMoved } = entry;
    const tell: Tell | undefined = entry.isLink ? tellLink : toldOf(entry);
    if (tell !== undefined && (isMoved || hasChanged(path, look.since))) await tell(path, directory, look);
  }
}

/** Tells of one entry of a repository that has changed. */
type Tell = (path: string, directory: string, look: ChangeLook) => Promise<void> | undefined;

/** Undefined for an entry of which there is nothing to tell, whatever it holds. */
function toldOf({ path, name, isNamedByUsers }: GitEntry): Tell | undefined {
  if (isNamedByUsers) return undefined;
  if (name === 'index' || name.startsWith('sharedindex.')) return tellIndex;
  if (name === 'MERGE_RR') return tellConflicts;
  if (REBASE.test(path)) return tellRebase;
  return PICKS.test(path) ? tellPicks : undefined;
}

function tellLink(path: string, directory: string, { findings }: ChangeLook): undefined {
  findings.add(
    'gitLink',
    path,
    (at) =>
      `${at} is a link, and git outside may write where it leads, with what a command has put into ${shown(directory)}; remove it`,
  );
}

function tellRebase(path: string, _directory: string, { findings }: ChangeLook): undefined {
  findings.add(
    'gitState',
    path,
    (at) =>
      `${at} belongs to a rebase that was not ended, and git rebase --continue outside runs what it says; look at it, or git rebase --abort`,
  );
}

function tellPicks(path: string, _directory: string, { findings }: ChangeLook): undefined {
  findings.add(
    'gitState',
    path,
    (at) =>
      `${at} belongs to a cherry-pick or revert that was not ended, and git cherry-pick --continue outside goes by what it says; look at it, or git cherry-pick --abort`,
  );
}

async function tellIndex(path: string, directory: string, { budget, findings }: ChangeLook): Promise<void> {
  // However small they are, others have the loop between two of them.
  await turn();
  const bytes = bytesOf(path, budget.indexBytes);
  budget.indexBytes -= bytes?.length ?? 0;
  const fault = bytes === undefined ? UNREAD : await faultOfIndex(bytes, hashOf(directory), budget);
  if (fault === undefined) return;
  const why =
    fault.kind === 'strangeName'
      ? `names ${JSON.stringify(shown(fault.name))}, and git checkout, stash or reset outside writes there`
      : 'is not as git writes it, or is too large to be looked at, and git outside writes where it says';
  findings.add('gitState', path, (at) => `${at} ${why}; remove it, and git reset makes it anew`);
}

/** What conflicts were about, which `git commit` copies into the repository once they are resolved. */
function tellConflicts(path: string, directory: string, { findings }: ChangeLook): undefined {
  const lines = bytesOf(path, MAX_SMALL_FILE_BYTES)?.toString('utf8').split('\0') ?? [UNREADABLE_NAME];
  const names = lines.filter((line) => line !== '').map((line) => line.slice(line.indexOf('\t') + 1));
  const name = names.find(isStrangeName) ?? names[0];
  if (name === undefined) return;
  findings.add(
    'gitState',
    path,
    (at) =>
      `${at} names ${JSON.stringify(shown(name))}, which git commit outside copies into ${shown(directory)}; remove it, unless conflicts are being resolved`,
  );
}

const UNREAD = { kind: 'unreadable' } as const;

/** Of what is too large to be looked at, or cannot be read. */
const UNREADABLE_NAME = 'what nobody can read here';

/** Of the objects of a repository, as its config says, which stays as it is. */
function hashOf(directory: string): 'sha1' | 'sha256' {
  const config = readBeginning(childOf(directory, 'config'), MAX_SMALL_FILE_BYTES) ?? '';
  return /^[ \t]*objectformat[ \t]*=[ \t]*"?sha256/im.test(config) ? 'sha256' : 'sha1';
}

/** Undefined for what cannot be read, a link included, which is told of by itself. */
function bytesOf(path: string, maxBytes: number): Buffer | undefined {
  try {
    const isTooLarge = (lstatSync(path, { throwIfNoEntry: false })?.size ?? 0) > maxBytes;
    return isTooLarge ? undefined : readSmallBytes(path, maxBytes);
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
  /** Whether it is called as a branch is, or could be. */
  readonly isNamedByUsers: boolean;
  /** Whether what holds it has changed, so that it may have come there as it was. */
  readonly isMoved: boolean;
}

type GitFolder = Pick<GitEntry, 'path' | 'isNamedByUsers' | 'isMoved'>;

/** What is not a directory in that of a repository, breadth first, as far as there are entries left; that it was not all is told. */
async function* entriesBelow(
  directory: string,
  { since, budget, findings, signal }: ChangeLook,
): AsyncGenerator<GitEntry> {
  let left = Math.min(MAX_LOOKED_GIT_ENTRIES, budget.entries);
  const folders: GitFolder[] = [{ path: directory, isNamedByUsers: false, isMoved: false }];
  for (const folder of folders) {
    for await (const entry of listed(folder.path, findings)) {
      signal.throwIfAborted();
      left -= 1;
      budget.entries -= 1;
      if (left < 0) {
        findings.add('gitState', directory, tooMany);
        return;
      }
      const path = childOf(folder.path, entry.name);
      const { name } = entry;
      if (name.includes(NOT_UTF_8) && !entry.isFile()) {
        findings.add('gitState', path, notNamed);
        continue;
      }
      if (!entry.isDirectory()) yield { ...folder, path, name, isLink: entry.isSymbolicLink() };
      else if (!isPassedOver(folder.path, name)) folders.push(below(folder, path, name));
    }
  }

  function isPassedOver(holder: string, name: string): boolean {
    if (holder === directory) return PASSED_OVER.has(name);
    return holder === childOf(directory, 'objects') && OBJECTS.test(name);
  }

  function below({ isNamedByUsers, isMoved }: GitFolder, path: string, name: string): GitFolder {
    return {
      path,
      isNamedByUsers: isNamedByUsers || NAMED_BY_USERS.has(name),
      isMoved: isMoved || hasChanged(path, since),
    };
  }
}

function notNamed(path: string): string {
  return `${path} is a directory or a link whose name is not UTF-8, so nobody looks where it leads; remove it`;
}

function tooMany(directory: string): string {
  return `${directory} was not looked through to its end, since it, or all repositories together, have too many entries; look for links and an index with strange names there`;
}

/** Nothing where it has gone, or cannot be read, which is told where git could enter it all the same. */
async function* listed(directory: string, findings: Findings): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(directory);
  } catch (error) {
    if (errorCode(error) === 'EACCES') findings.add('gitState', directory, notListed);
  }
}

function notListed(directory: string): string {
  return `${directory} cannot be looked into, and may hold links and more by which git outside writes elsewhere; let this user read it (chmod u+rx)`;
}

/** Where files are called as branches are. */
const NAMED_BY_USERS: ReadonlySet<string> = new Set(['refs', 'logs']);

/** What programs fill by names that they have made up themselves, what is protected, and what has other repositories in it. */
const PASSED_OVER: ReadonlySet<string> = new Set('annex hooks lfs modules svn'.split(' '));

/** What `git rebase --continue` goes by. */
const REBASE =
  /\/(?:rebase-merge\/(?:git-rebase-todo|strategy|strategy_opts)|rebase-apply\/(?:apply-opt|next))$/;

/** The same for `git cherry-pick` and `git revert`. */
const PICKS = /\/sequencer\/(?:todo|opts)$/;

/** What holds objects by their names. */
const OBJECTS = /^[\da-f]{2}$/;
