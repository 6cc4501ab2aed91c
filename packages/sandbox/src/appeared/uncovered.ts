import { opendirSync, type Stats } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { directDirectory, directPath, isBehindLink } from '../files/direct-path.js';
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
  for (const [at, rule] of rules.entries()) {
    if (at % RULES_AT_ONCE === RULES_AT_ONCE - 1) await turn();
    signal.throwIfAborted();
    if (rule.access === 'write' || !(isBehindLink(rule.path) || isOther(rule))) continue;
    findings.add(
      'protectedName',
      rule.path,
      (path) =>
        `what kept ${path} as it was has been removed outside, and there is something else now; look at what it holds`,
    );
  }
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
    return found.size !== Buffer.byteLength(text) || readSmallFile(directPath(path), found.size) !== text;
  } catch {
    return true;
  }
}

function hasEntries(directory: string): boolean {
  const opened = opendirSync(directDirectory(directory));
  try {
    return opened.readSync() !== null;
  } finally {
    opened.closeSync();
  }
}
