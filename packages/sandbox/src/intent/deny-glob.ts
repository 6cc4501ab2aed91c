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

/**
 * What a pattern matches now. Below a directory that matches nothing more is looked for: it is denied as a whole.
 * @throws ExecError `sandboxUnsupported` when there is too much to look at: nothing that could match is left out.
 */
export function findGlobMatches(scan: GlobScan, files: FileFacts): readonly string[] {
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
  const budget = { entries: MAX_SCANNED_ENTRIES, depth: scan.maxDepth };
  const isComplete = walk(base, files, budget, (path) => {
    if (!written.matches(written.base === '/' ? path : spelled(path))) return 'enter';
    matches.push(path);
    return 'leave';
  });
  if (!isComplete) {
    refuse(
      origin,
      `the pattern ${pattern} has more than ${MAX_SCANNED_ENTRIES} entries to look at; start it deeper or set glob_scan_max_depth`,
    );
  }
  if (matches.length > MAX_GLOB_MATCHES) {
    refuse(
      origin,
      `the pattern ${pattern} matches more than ${MAX_GLOB_MATCHES} files; deny their directories instead`,
    );
  }
  return matches;
}
