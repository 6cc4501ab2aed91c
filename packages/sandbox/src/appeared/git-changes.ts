import { setImmediate as turn } from 'node:timers/promises';
import { childOf, parentOf } from '../files/paths.js';
import { readBeginning } from '../files/read-small-file.js';
import { MAX_SMALL_FILE_BYTES } from '../limits.js';
import type { ChangeLook } from './change-look.js';
import { forgetsMappings, hasChanged, seenStatOf } from './changed.js';
import { shown } from './findings.js';
import { entriesBelow, type GitEntry } from './git-entries.js';
import { faultOfIndex } from './git-index.js';
import { isPseudoRef, tellPseudoRef, tellRef } from './git-refs.js';
import { isMultiPackIndex, tellMultiPackIndex } from './multi-pack-index.js';
import { toldOfStopped } from './stopped-work.js';
import { byChange, byContent, bytesOf, type Told, textOf, UNREADABLE_NAME } from './tell.js';
import {
  isConfigOfWorktree,
  isLedAway,
  isOfWorktree,
  leadsToHolder,
  worktreeFault,
} from './worktree-state.js';

/**
 * Finds what has changed in the directory of a repository so that git outside writes elsewhere than git does, or runs what somebody has left
 * there: links, which git follows and never makes, names in an index or a record of conflicts, a rebase that was not ended; or so that it waits there.
 * @param root What is looked at of it; default all. @throws The reason of the signal.
 */
export async function findGitChanges(directory: string, look: ChangeLook, root = directory): Promise<void> {
  const isUntimed = forgetsMappings(root);
  for await (const entry of entriesBelow(directory, look, root)) {
    const told = toldOf(entry, directory);
    if (told === undefined) continue;
    const isPerhapsNew = (isUntimed && told.isByContent) || isNew(entry, look);
    if (isPerhapsNew) await told.tell(entry.path, directory, look);
  }
}

/** What has not changed itself can lead elsewhere by now. */
function isNew(entry: GitEntry, look: ChangeLook): boolean {
  return entry.isMoved || hasChanged(entry.path, look.since) || isLedAway(entry, look);
}

/** Undefined for an entry of which there is nothing to tell, whatever it holds. */
function toldOf(entry: GitEntry, directory: string): Told | undefined {
  switch (entry.kind) {
    case 'file':
      return toldOfFile(entry, directory);
    case 'link':
      return byChange(tellLink);
    case 'socket':
      return entry.namedByUsersIn === undefined && SOCKETS.test(entry.path)
        ? undefined
        : byChange(tellNoFile);
    case 'pipeOrDevice':
      return byChange(tellNoFile);
  }
}

function toldOfFile({ path, name, namedByUsersIn }: GitEntry, directory: string): Told | undefined {
  if (namedByUsersIn !== undefined) return namedByUsersIn === 'refs' ? byContent(tellRef) : undefined;
  if (name === 'index' || name.startsWith('sharedindex.')) return byContent(tellIndex);
  if (isOfWorktree(path)) return byContent(tellWorktree);
  if (isConfigOfWorktree(path)) return byChange(tellWorktreeConfig);
  if (OF_WEB.test(path.slice(directory.length))) return byChange(tellWeb);
  if (isMultiPackIndex(path)) return byContent(tellMultiPackIndex);
  if (ALTERNATES.test(path)) return byChange(tellAlternates);
  return toldOfStopped(path) ?? (isPseudoRef(name) ? byContent(tellPseudoRef) : undefined);
}

function tellLink(path: string, directory: string, { findings }: ChangeLook): undefined {
  findings.add(
    'gitLink',
    path,
    (at) =>
      `${at} is a link, and git outside may write where it leads, with what a command has put into ${shown(directory)}; remove it`,
  );
}

function tellNoFile(path: string, _directory: string, { findings }: ChangeLook): undefined {
  findings.add(
    'gitState',
    path,
    (at) =>
      `${at} is a named pipe, a socket or a device, where git has files, and git outside may wait there for ever; remove it`,
  );
}

/** So the next `git checkout` outside may write what others keep, for a command to read. */
function tellAlternates(path: string, _directory: string, { findings }: ChangeLook): undefined {
  const lines = textOf(path)?.split('\n') ?? [UNREADABLE_NAME];
  const name = lines.find((line) => line !== '' && !line.startsWith('#'));
  if (name === undefined) return;
  findings.add(
    'gitState',
    path,
    (at) =>
      `${at} names ${JSON.stringify(shown(name))}, from which git outside takes objects as if they were its own; look at it, or remove it`,
  );
}

function tellWeb(path: string, _directory: string, { findings }: ChangeLook): undefined {
  findings.add(
    'gitState',
    path,
    (at) =>
      `${at} belongs to git instaweb, which outside runs what lies in gitweb, and ends the process that pid names; look at it, or remove it`,
  );
}

/** One that was there stays as it is, and what took its place is told of like all that does. */
function tellWorktreeConfig(
  path: string,
  _directory: string,
  { isWritable, findings }: ChangeLook,
): undefined {
  if (!isWritable(path) || seenStatOf(path)?.size === 0 || SPARSE.test(textOf(path) ?? '')) return;
  findings.add(
    'gitState',
    path,
    (at) =>
      `${at} was not there before, and git that is run in that linked worktree outside runs the programs that it names; look at it, or remove it`,
  );
}

function tellWorktree(path: string, _directory: string, { isWritable, findings }: ChangeLook): undefined {
  const fault = worktreeFault(path, textOf(path), isWritable);
  if (fault === undefined) return;
  findings.add('gitState', path, (at) => `${at} ${fault}; look at it, or remove ${shown(parentOf(path))}`);
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

const UNREAD = { kind: 'unreadable' } as const;

/** Of the objects of a repository, as its config says, which stays as it is. */
function hashOf(directory: string): 'sha1' | 'sha256' {
  const config = readBeginning(childOf(commonOf(directory), 'config'), MAX_SMALL_FILE_BYTES) ?? '';
  return /^[ \t]*objectformat[ \t]*=[ \t]*"?sha256/im.test(config) ? 'sha256' : 'sha1';
}

/** Where the config of a linked worktree is, as long as that is where git has it: nobody looks where else a file says. */
function commonOf(directory: string): string {
  const text = bytesOf(childOf(directory, 'commondir'), MAX_SMALL_FILE_BYTES)?.toString('utf8');
  return leadsToHolder(text) ? parentOf(parentOf(directory)) : directory;
}

/** What `git worktree add` copies in a repository with sparse checkouts, letter by letter: others may read anything else in another way. */
const SPARSE =
  /^(?:\[(?:core|index)\]\n(?:\t(?:sparseCheckout|sparseCheckoutCone|sparse) = (?:true|false)\n)+)+$/;

/** Where git listens, which sees what changes in a work tree, and git-annex keeps connections. */
const SOCKETS = /\/(?:fsmonitor--daemon\.ipc|annex\/ssh\/[^/]+)$/;

/** What `git instaweb` makes for a server, and runs, but for what that logs. */
const OF_WEB = /^\/(?:worktrees\/[^/]+\/)?(?:pid|gitweb\/.*(?<!\.log))$/;

/** Other repositories that objects are taken from (gitrepository-layout(5)). */
const ALTERNATES = /\/objects\/info\/alternates$/;
