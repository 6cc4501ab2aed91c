import type { Stats } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { bornMsOf } from '../files/born-ms.js';
import { directPath, isBehindLink } from '../files/direct-path.js';
import { lacksDescriptors } from '../files/error-code.js';
import { openFewEntries } from '../files/open-entries.js';
import { parentOf } from '../files/paths.js';
import { readSmallFile } from '../files/read-small-file.js';
import { realFileFacts } from '../files/real-file-facts.js';
import type { FileIdentity } from '../files/resolve-path.js';
import { indexRules, type RuleIndex } from '../policy/access.js';
import type { LooseLink, NormalisedPolicy, PathRule } from '../policy/path-rule.js';
import type { ChangeLook } from './change-look.js';
import { hasChanged, statOf } from './changed.js';
import { isCopiedUp } from './copied-up.js';

/** Paths that are looked at between two turns of the event loop. */
const PATHS_AT_ONCE = 256;

/**
 * What stands there keeps a command from it only as long as nobody outside removes it or puts something else there, and a link at a protected name
 * keeps nobody from it at all.
 */
export async function findUncovered(
  { rules, looseLinks = [] }: Pick<NormalisedPolicy, 'rules' | 'looseLinks'>,
  { since, findings, signal, keptOut }: Pick<ChangeLook, 'since' | 'findings' | 'signal' | 'keptOut'>,
): Promise<void> {
  const index = indexRules(rules);
  for await (const rule of inTurns(rules, signal)) {
    if (rule.access === 'write') continue;
    const text = toldOf(rule, index, since);
    if (text === 'keptOut') keptOut.add('protectedName', rule.path);
    else if (text !== undefined) findings.add('protectedName', rule.path, text);
  }
  for await (const link of inTurns(looseLinks, signal)) {
    const isOther = isReplaced(link, index, since);
    if (isOther === 'keptOut') keptOut.add('protectedName', link.path);
    else if (isOther) findings.add('protectedName', link.path, replaced);
  }
}

/** Where that is judged, and told only if there is something else. */
export function judgedPaths({
  rules,
  looseLinks = [],
}: Pick<NormalisedPolicy, 'rules' | 'looseLinks'>): ReadonlySet<string> {
  const kept = rules.filter(
    ({ access, kind, identity }) => access !== 'write' && (kind === 'missing' || identity !== undefined),
  );
  return new Set([...kept, ...looseLinks].map(({ path }) => path));
}

/** Lets others have the event loop after some. @throws The reason of the signal. */
async function* inTurns<T>(all: readonly T[], signal: AbortSignal): AsyncGenerator<T> {
  for (const [at, one] of all.entries()) {
    if (at % PATHS_AT_ONCE === PATHS_AT_ONCE - 1) await turn();
    signal.throwIfAborted();
    yield one;
  }
}

/** What to say of a path. */
type Text = (path: string) => string;

/** Undefined where what stands there is what did, or nothing does. */
function toldOf(rule: PathRule, index: RuleIndex, since: number): Text | 'keptOut' | undefined {
  const { kind, path, identity, placeholderText } = rule;
  if (isBehindLink(path)) return exchanged;
  const found = statOf(path);
  if (found === undefined || found === 'keptOut') return found;
  if (kind === 'missing') return hasContent(path, found, placeholderText ?? '') ? exchanged : undefined;
  if (identity === undefined) return undefined;
  if (isAnother(path, found, identity, index)) return exchanged;
  const isTold = identity.bornMs === undefined && isForCommands(rule, index) && hasChanged(path, since);
  return isTold ? perhapsExchanged : undefined;
}

/** Whether another file stands there, as far as its file system tells: it gives the number of what has gone at once. */
function isAnother(
  path: string,
  found: Stats,
  { device, inode, bornMs }: FileIdentity,
  index: RuleIndex,
): boolean {
  if (found.dev !== device || found.ino !== inode) return true;
  if (bornMsOf(found) === bornMs) return false;
  const canMake = (at: string): boolean => index.accessAt(parentOf(at)) === 'write';
  return bornMs === undefined || !isCopiedUp(path, bornMs, canMake);
}

function exchanged(path: string): string {
  return `what kept ${path} as it was has been removed outside, and there is something else now; look at what it holds`;
}

function perhapsExchanged(path: string): string {
  return `${path} has changed, or what kept it as it was has been removed outside and there is something else now, which its file system does not tell apart; look at what it holds`;
}

/** One that was made anew as it was leads where the other one did, and for the same users. */
function isReplaced(link: LooseLink, index: RuleIndex, since: number): boolean | 'keptOut' {
  const { path, identity } = link;
  if (isBehindLink(path)) return true;
  const found = statOf(path);
  if (found === 'keptOut') return found;
  if (found === undefined) return false;
  const isThatOne =
    !isAnother(path, found, identity, index) && (identity.bornMs !== undefined || !hasChanged(path, since));
  return !isThatOne && !isAlike(found, link);
}

function isAlike(found: Stats, { path, target, uid }: LooseLink): boolean {
  return found.isSymbolicLink() && found.uid === uid && target !== undefined && targetOf(path) === target;
}

function targetOf(path: string): string | undefined {
  try {
    return realFileFacts.readLink(directPath(path));
  } catch (error) {
    if (lacksDescriptors(error)) throw error;
    return undefined;
  }
}

function replaced(path: string): string {
  return `${path} was a link, which nothing kept from being replaced, and there is something else now; look at what it holds, or where it leads`;
}

/** Whether a command could put something there once nothing keeps it. In directories that are denied others work meanwhile. */
function isForCommands({ access, kind, path }: PathRule, index: RuleIndex): boolean {
  return (access === 'read' || kind === 'file') && index.accessAt(parentOf(path)) === 'write';
}

/** Whether there is more than may stand for something missing. */
function hasContent(path: string, found: Stats, text: string): boolean {
  try {
    if (found.isDirectory()) return hasEntries(path);
    if (!found.isFile()) return true;
    if (found.size === 0) return false;
    return found.size !== Buffer.byteLength(text) || readSmallFile(directPath(path), found.size) !== text;
  } catch {
    return true;
  }
}

function hasEntries(directory: string): boolean {
  const opened = openFewEntries(directory);
  try {
    return opened.readSync() !== null;
  } finally {
    opened.closeSync();
  }
}
