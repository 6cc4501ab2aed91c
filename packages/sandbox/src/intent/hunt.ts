import type { FileFacts } from '../files/file-facts.js';
import { type FileIdentity, resolvePath } from '../files/resolve-path.js';
import { compileGlob, type PathGlob, UnknownForm } from '../policy/glob.js';
import { refuse } from '../refuse.js';
import type { GlobScan } from './deny-glob.js';

/** One pattern on its way through the directories. */
export interface Hunt {
  readonly scan: GlobScan;
  readonly base: string;
  /** Where its base really is. */
  readonly start: string;
  /** How many levels below that a match can lie. */
  readonly levels: number;
  /** How many comparisons a path takes. */
  readonly texts: number;
  readonly found: {
    readonly identity: FileIdentity | undefined;
    readonly paths: string[];
    /** Those in fillable places. */
    filled: string[];
  };
  matches(path: string): boolean;
}

export function keyOf({ pattern, directory, maxDepth }: GlobScan): string {
  return JSON.stringify([pattern, directory, maxDepth]);
}

/**
 * The pattern of a scan. @param spend As for `compileGlob`.
 * @throws ExecError `sandboxUnsupported` for one that would match nothing of what it means elsewhere.
 */
export function globOf(
  { pattern, origin, directory }: GlobScan,
  spend: (characters: number) => void,
): PathGlob {
  try {
    return compileGlob(pattern, directory, spend);
  } catch (error) {
    if (error instanceof UnknownForm) return refuse(origin, `${pattern} ${error.message}`);
    if (error instanceof RangeError)
      return refuse(origin, `${pattern} ${error.message}; send several patterns instead`);
    if (error instanceof SyntaxError)
      return refuse(origin, `${pattern} has a range that ends before it begins; turn it around`);
    throw error;
  }
}

export function huntFor(scan: GlobScan, files: FileFacts, spend: (characters: number) => void): Hunt {
  const { pattern, origin, maxDepth } = scan;
  const glob = globOf(scan, spend);
  const { base } = glob;
  const resolved = resolvePath(base, files);
  if (resolved.kind === 'deadEnd')
    refuse(
      origin,
      `${resolved.why}, so it is unknown what ${pattern} matches; mend it or deny its directory`,
    );
  const { path: start, identity } = resolved;
  // Names are compared as the pattern spells them, and found where its base really is.
  const spelled = (path: string): string => base + path.slice(start === '/' ? 0 : start.length);
  return {
    scan,
    base,
    start,
    levels: Math.min(glob.levels, maxDepth ?? glob.levels),
    texts: glob.texts,
    found: { identity, paths: [], filled: [] },
    matches: (path) => glob.matches(base === '/' ? path : spelled(path)),
  };
}

export function groupedByStart(hunts: readonly Hunt[]): ReadonlyMap<string, readonly Hunt[]> {
  const groups = new Map<string, Hunt[]>();
  for (const hunt of hunts) {
    const group = groups.get(hunt.start) ?? [];
    groups.set(hunt.start, group);
    group.push(hunt);
  }
  return groups;
}
