import { opendirSync, type Stats } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { parentOf } from '../files/paths.js';
import { readSmallFile } from '../files/read-small-file.js';
import type { PathRule } from '../policy/path-rule.js';
import type { ChangeLook } from './change-look.js';
import { statOf } from './changed.js';

/** Rules that are looked at between two turns of the event loop. */
const RULES_AT_ONCE = 256;

/** What stands there keeps a command from it only as long as nobody outside removes it or puts something else there. */
export async function findUncovered(
  rules: readonly PathRule[],
  { findings, signal }: Pick<ChangeLook, 'findings' | 'signal'>,
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
      directory === '/' || (isDirect(parentOf(directory)) && statOf(directory)?.isSymbolicLink() !== true);
    known.set(directory, answer);
    return answer;
  };
  return (path) => isDirect(parentOf(path));
}

function isOther({ kind, path, identity, placeholderText }: PathRule): boolean {
  const found = statOf(path);
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
