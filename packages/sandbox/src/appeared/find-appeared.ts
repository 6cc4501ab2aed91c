import { lstatSync, opendirSync, type Stats } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { FileFacts } from '../files/file-facts.js';
import { isWithinAny, parentOf } from '../files/paths.js';
import { readSmallFile } from '../files/read-small-file.js';
import type { HostFacts } from '../host-facts.js';
import type { SandboxPlan, SearchedRoot } from '../plan-sandbox.js';
import type { PathRule } from '../policy/path-rule.js';
import type { ScannedTree } from '../repositories/scan-tree.js';
import { NEVER_ABORTED, untilAborted } from '../until-aborted.js';
import type { AppearedReport } from './appeared.js';
import { Findings } from './findings.js';
import { findGitChanges, fullBudget } from './git-changes.js';

/** Rules that are looked at between two turns of the event loop. */
const RULES_AT_ONCE = 256;

/**
 * What has come up while a command ran that nothing protected: repositories, names that were kept from being created, and what in the
 * directories of repositories leads git outside elsewhere. Who has made it is not known: everybody who may write there could have.
 * @param since Before its plan was begun, in milliseconds since 1970. The clock by which files are stamped lags by less than that takes.
 * @throws The reason of the signal.
 */
export function findAppeared(
  plan: Pick<SandboxPlan, 'policy' | 'searched'>,
  host: Pick<HostFacts, 'repositories' | 'files'>,
  since: number,
  signal: AbortSignal = NEVER_ABORTED,
): Promise<AppearedReport> {
  // A file system that does not answer keeps nobody.
  return untilAborted(lookThrough(plan, host, since, signal), signal);
}

async function lookThrough(
  { policy, searched }: Pick<SandboxPlan, 'policy' | 'searched'>,
  { repositories, files }: Pick<HostFacts, 'repositories' | 'files'>,
  since: number,
  signal: AbortSignal,
): Promise<AppearedReport> {
  const findings = new Findings();
  await findUncovered(policy.rules, findings, signal);
  const look = { since, budget: fullBudget(), findings, signal };
  for (const { target, tree } of searched) {
    const after = await repositories.find(target, signal);
    findNewRepositories({ target, tree }, after, { since, files, findings });
    for (const directory of tree.repositories) await findGitChanges(directory, look);
  }
  return findings.report;
}

/** What stands there keeps a command from it only as long as nobody outside removes it or puts something else there. */
async function findUncovered(
  rules: readonly PathRule[],
  findings: Findings,
  signal: AbortSignal,
): Promise<void> {
  const isReached = directUnder(rules);
  for (const [at, rule] of rules.entries()) {
    if (at % RULES_AT_ONCE === RULES_AT_ONCE - 1) await turn();
    signal.throwIfAborted();
    if (rule.access === 'write' || (isReached(rule.path) && !isOther(rule))) continue;
    findings.add(
      'protectedName',
      rule.path,
      (path) =>
        `what kept ${path} as it was has been removed outside, and there is something else now; look at what it holds`,
    );
  }
}

/**
 * Whether a path is reached without any link: somebody may have put one in the place of a directory above it, and what lies behind that may
 * never answer. What has gone counts as reached.
 */
function directUnder(rules: readonly PathRule[]): (path: string) => boolean {
  const known = new Map(rules.filter(({ access }) => access === 'write').map(({ path }) => [path, true]));
  const isDirect = (directory: string): boolean => {
    const found = known.get(directory);
    if (found !== undefined) return found;
    const answer =
      directory === '/' || (isDirect(parentOf(directory)) && lstatOf(directory)?.isSymbolicLink() !== true);
    known.set(directory, answer);
    return answer;
  };
  return (path) => isDirect(parentOf(path));
}

function isOther({ kind, path, identity, placeholderText }: PathRule): boolean {
  const found = lstatOf(path);
  if (found === undefined) return false;
  if (kind === 'missing') return hasContent(path, found, placeholderText ?? '');
  return identity !== undefined && !(found.dev === identity.device && found.ino === identity.inode);
}

/** Whether there is more than may stand for something missing. */
function hasContent(path: string, found: Stats, text: string): boolean {
  try {
    if (found.isDirectory()) return hasEntries(path);
    if (!found.isFile()) return true;
    if (found.size === 0) return false;
    return found.size !== Buffer.byteLength(text) || readSmallFile(path, found.size) !== text;
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

/** Undefined where nothing is, or nobody can tell. */
function lstatOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** The outermost ones; what was not looked at before is new only where it has changed since. What cannot be looked at now is told. */
function findNewRepositories(
  { target: { root }, tree: before }: SearchedRoot,
  after: ScannedTree,
  {
    since,
    files,
    findings,
  }: { readonly since: number; readonly files: FileFacts; readonly findings: Findings },
): void {
  for (const path of outermostNew(before, after, since)) {
    if (isOwn(path, files)) findings.add('repository', path, newRepository);
  }
  const { unseen } = after;
  if (unseen !== undefined && before.unseen === undefined)
    findings.add(
      'repository',
      root,
      (path) =>
        `${path} was not looked through to its end, since ${unseen}; there may be repositories in it that were not there before`,
    );
  const known = new Set(before.shut);
  for (const path of after.shut) if (!known.has(path)) findings.add('repository', path, nowShut);
}

function newRepository(path: string): string {
  return `${path} was not there before, and git that is run in this repository outside runs the hooks and programs that it names`;
}

function nowShut(path: string): string {
  return `${path} cannot be looked into any more, and may hold repositories that were not there before; let this user read and enter it (chmod u+rx)`;
}

function outermostNew(before: ScannedTree, after: ScannedTree, since: number): readonly string[] {
  const known = new Set([...before.gitPaths, ...before.repositories]);
  const all = new Set([...after.gitPaths, ...after.repositories]);
  const isNew = (path: string): boolean =>
    !known.has(path) && (before.unseen === undefined || (lstatOf(path)?.ctimeMs ?? 0) >= since);
  const added = new Set([...all].filter(isNew));
  return [...added].filter((path) => !isWithinAny(parentOf(path), added));
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
