import { lstatSync, opendirSync, type Stats } from 'node:fs';
import { MAX_APPEARED } from '@holdfast/exec-protocol';
import type { FileFacts } from '../files/file-facts.js';
import { isWithinAny, parentOf } from '../files/paths.js';
import { readSmallFile } from '../files/read-small-file.js';
import type { HostFacts } from '../host-facts.js';
import { MAX_INDEX_BYTES } from '../limits.js';
import type { SandboxPlan } from '../plan-sandbox.js';
import type { PathRule } from '../policy/path-rule.js';
import type { ScannedTree } from '../repositories/scan-tree.js';
import { NEVER_ABORTED } from '../until-aborted.js';
import type { Appeared, AppearedReport } from './appeared.js';
import { gitChanges } from './git-changes.js';

/**
 * What has come up while a command ran that nothing protected: repositories, names that were kept from being created, and what in the
 * directories of repositories leads git outside elsewhere. Who has made it is not known: everybody who may write there could have.
 * @param since Before its plan was begun, in milliseconds since 1970. The clock by which files are stamped lags by less than that takes.
 * @throws The reason of the signal.
 */
export async function findAppeared(
  plan: Pick<SandboxPlan, 'policy' | 'searched'>,
  { repositories, files }: Pick<HostFacts, 'repositories' | 'files'>,
  since: number,
  signal: AbortSignal = NEVER_ABORTED,
): Promise<AppearedReport> {
  const budget = { indexBytes: MAX_INDEX_BYTES };
  const found: Appeared[] = plan.policy.rules.flatMap(uncovered);
  for (const { target, tree: before } of plan.searched) {
    const after = await repositories.find(target, signal);
    found.push(...newRepositories(before, after, since).filter(({ path }) => isOwn(path, files)));
    for (const directory of before.repositories)
      found.push(...(await gitChanges(directory, since, budget, signal)));
  }
  return { found: found.slice(0, MAX_APPEARED), more: Math.max(0, found.length - MAX_APPEARED) };
}

/** What stood there keeps a command from it only as long as nobody outside removes it or puts something else there. */
function uncovered({ kind, path, access, identity, placeholderText }: PathRule): readonly Appeared[] {
  if (access === 'write') return [];
  const isOther = kind === 'missing' ? hasContent(path, placeholderText) : isReplaced(path, identity);
  const text = `what kept ${path} as it was has been removed outside, and there is something else now; look at what it holds`;
  return isOther ? [{ kind: 'protectedName', path, text }] : [];
}

function isReplaced(path: string, identity: PathRule['identity']): boolean {
  const found = lstatOf(path);
  return (
    found !== undefined &&
    identity !== undefined &&
    !(found.dev === identity.device && found.ino === identity.inode)
  );
}

/** Undefined where nothing is, or nobody can tell. */
function lstatOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Whether there is more than may stand for something missing. */
function hasContent(path: string, placeholderText: string | undefined): boolean {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return false;
    if (found.isDirectory()) return hasEntries(path);
    return found.size > 0 && readSmallFile(path, found.size) !== placeholderText;
  } catch {
    return true;
  }
}

function hasEntries(directory: string): boolean {
  const opened = opendirSync(directory);
  try {
    return opened.readSync() !== null;
  } finally {
    opened.closeSync();
  }
}

/** In a directory that many share somebody else's is nothing that the command has made. */
function isOwn(path: string, files: FileFacts): boolean {
  try {
    const found = files.look(path);
    return found !== undefined && files.isOwn?.(found) !== false;
  } catch {
    return true;
  }
}

/** The outermost ones; what was not looked at before is new only where it has changed since. */
function newRepositories(
  { gitPaths, repositories, unseen }: ScannedTree,
  after: ScannedTree,
  since: number,
): readonly Appeared[] {
  const known = new Set([...gitPaths, ...repositories]);
  const all = new Set([...after.gitPaths, ...after.repositories]);
  const added = new Set(
    [...all].filter((path) => !known.has(path) && (unseen === undefined || isChanged(path, since))),
  );
  const outermost = [...added].filter((path) => !isWithinAny(parentOf(path), added));
  return outermost.map((path) => ({
    kind: 'repository',
    path,
    text: `${path} was not there before, and git that is run in this repository outside runs the hooks and programs that it names`,
  }));
}

function isChanged(path: string, since: number): boolean {
  return (lstatOf(path)?.ctimeMs ?? 0) >= since;
}
