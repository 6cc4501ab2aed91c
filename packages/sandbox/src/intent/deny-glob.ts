import type { FileFacts } from '../files/file-facts.js';
import { resolvePath } from '../files/resolve-path.js';
import { walk } from '../files/walk.js';
import { MAX_GLOB_MATCHES, MAX_SCANNED_ENTRIES } from '../limits.js';
import { compileGlob } from '../policy/glob.js';
import { refuse } from './refuse.js';

/** Where to look for what a pattern matches. */
export interface GlobScan {
  readonly pattern: string;
  readonly origin: string;
  /** The directory that a relative pattern hangs below. */
  readonly directory: string;
  /** Levels below the pattern's base; undefined for all. */
  readonly maxDepth: number | undefined;
}

/** How much all patterns of one intent may still come to; counted down. */
export interface GlobBudget {
  /** Entries of directories that may be looked at. */
  entries: number;
  /** Matches, each of which needs a mount of its own. */
  matches: number;
}

/** What the patterns of an intent begin with. */
export function newGlobBudget(): GlobBudget {
  return { entries: MAX_SCANNED_ENTRIES, matches: MAX_GLOB_MATCHES };
}

/**
 * What a pattern matches now. Below a directory that matches nothing more is looked for: it is denied as a whole.
 * @throws ExecError `sandboxUnsupported` when there is too much to look at: nothing that could match is left out.
 */
export function findGlobMatches(scan: GlobScan, files: FileFacts, budget: GlobBudget): readonly string[] {
  const { pattern, origin } = scan;
  const written = compileGlob(pattern, scan.directory);
  const resolved = resolvePath(written.base, files);
  if (resolved.kind === 'deadEnd')
    refuse(
      origin,
      `${resolved.why}, so it is unknown what ${pattern} matches; mend it or deny its directory`,
    );
  const base = resolved.path;
  // Names are compared as the pattern spells them, and found where its base really is.
  const spelled = (path: string): string => written.base + path.slice(base === '/' ? 0 : base.length);
  const matches: string[] = [];
  const reach = { entries: budget.entries, depth: scan.maxDepth };
  const isComplete = walk(base, files, reach, (path) => {
    if (!written.matches(written.base === '/' ? path : spelled(path))) return 'enter';
    matches.push(path);
    return 'leave';
  });
  budget.entries = reach.entries;
  budget.matches -= matches.length;
  if (!isComplete) {
    refuse(
      origin,
      `with the pattern ${pattern} there are more than ${MAX_SCANNED_ENTRIES} entries to look at; start patterns deeper or set glob_scan_max_depth`,
    );
  }
  if (budget.matches < 0) {
    refuse(
      origin,
      `with the pattern ${pattern} there are more than ${MAX_GLOB_MATCHES} matches; deny directories instead`,
    );
  }
  return matches;
}
