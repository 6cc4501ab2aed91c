import type { FileFacts } from '../files/file-facts.js';
import type { ResolvedPath } from '../files/resolve-path.js';
import { baseOf } from '../policy/glob.js';
import type { ProfileSource } from '../policy/rule-origin.js';
import type { GlobScan } from './deny-glob.js';
import { MadeLinks, type NamedPaths } from './made-links.js';

/** What the directory comes to below which all that a pattern matches lies. */
export type PatternBase =
  | { readonly kind: 'known'; readonly resolved: ResolvedPath }
  /** A link that a command may have made leads in a circle, or out of what may be written. */
  | { readonly kind: 'ledAway'; readonly link: string }
  /** A directory that holds it lets this user not in. */
  | { readonly kind: 'shut'; readonly directory: string }
  /** Nobody can tell. */
  | { readonly kind: 'unknown' };

/**
 * Finds where patterns begin. One of an intent refuses the start of whoever sent it where a link leads nowhere; below one of a ceiling nothing is
 * denied then.
 */
export function patternBasesIn(made: MadeLinks, files: FileFacts): (base: string) => PatternBase {
  return (base) => {
    const { resolved, away } = made.follow(base, files);
    if (away !== undefined) return { kind: 'ledAway', link: away.link };
    if (resolved.kind !== 'deadEnd') return { kind: 'known', resolved };
    const { at } = resolved;
    return resolved.isShut === true ? { kind: 'shut', directory: at } : { kind: 'unknown' };
  };
}

/** Those of the scans for which something is to be looked at, or that are to be refused. */
export function scansWithBase(
  scans: readonly GlobScan[],
  named: NamedPaths,
  files: FileFacts,
  source: ProfileSource,
): readonly GlobScan[] {
  const baseAt = patternBasesIn(new MadeLinks(named, source), files);
  return scans.filter(({ pattern, directory }) =>
    ['known', 'unknown'].includes(baseAt(baseOf(pattern, directory)).kind),
  );
}
