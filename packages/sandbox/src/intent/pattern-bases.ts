import type { FileFacts } from '../files/file-facts.js';
import { kernelTreeOf } from '../files/kernel-trees.js';
import { isWithin, parentOf } from '../files/paths.js';
import { type ResolvedPath, resolvePath } from '../files/resolve-path.js';
import { indexRules } from '../policy/access.js';
import { baseOf } from '../policy/glob.js';
import type { NormalisedPolicy } from '../policy/path-rule.js';
import type { ProfileSource } from '../policy/rule-origin.js';
import type { GlobScan } from './deny-glob.js';

/** What the directory comes to below which all that a pattern matches lies. */
export type PatternBase =
  | { readonly kind: 'known'; readonly resolved: ResolvedPath }
  /** A link that a command may have made leads in a circle, or out of what may be written. */
  | { readonly kind: 'ledAway'; readonly link: string }
  /** A directory that holds it lets this user not in. */
  | { readonly kind: 'shut'; readonly directory: string }
  /** Nobody can tell. */
  | { readonly kind: 'unknown' };

/** A link that a command may have made. */
interface MadeLink {
  readonly link: string;
  /** What may be written there, as far up as that goes. */
  readonly root: string;
}

/** What a profile says of paths. */
export type NamedPaths = Pick<NormalisedPolicy, 'rules' | 'links'>;

/**
 * Finds where patterns begin. Those of an intent follow every link, and refuse the start of whoever sent them where one leads nowhere. Those of
 * a ceiling would refuse everybody's: whoever may write where a link lies may have made it, and beyond it nothing is looked at that lies
 * elsewhere than below the same root that may be written, unless something is granted by the name of that link. All is below `/`, so
 * that this is none of those roots; nor are links in it taken for made, such as `/home`.
 * @param named By the profile of the patterns; one rule for each path. @param source Whose profile that is.
 */
export function patternBasesIn(
  { rules, links }: NamedPaths,
  files: FileFacts,
  source: ProfileSource,
): (base: string) => PatternBase {
  const index = indexRules(rules.filter(({ kind }) => kind !== 'missing'));
  const trusted = new Set(links.map(({ path }) => path));
  const madeAt = (link: string): MadeLink | undefined => {
    const directory = parentOf(link);
    const rule = index.governing(directory);
    const isMade = rule?.access === 'write' && directory !== '/' && !trusted.has(link);
    return source === 'ceiling' && isMade && files.mayCreateIn(directory) !== 'never'
      ? { link, root: rule.path }
      : undefined;
  };
  const isBelow = (root: string, path: string): boolean =>
    root !== '/' && index.governing(path)?.path === root && kernelTreeOf(path) === undefined;
  return (base) => {
    let made: MadeLink | undefined;
    const careful: FileFacts = {
      ...files,
      look(path) {
        if (made !== undefined && !isBelow(made.root, path) && !isWithin(made.root, path))
          throw new Error(`${made.link} leads out of ${made.root}`);
        return files.look(path);
      },
      readLink(link) {
        made ??= madeAt(link);
        return files.readLink(link);
      },
    };
    const resolved = resolvePath(base, careful);
    if (made !== undefined && (resolved.kind === 'deadEnd' || !isBelow(made.root, resolved.path)))
      return { kind: 'ledAway', link: made.link };
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
  const baseAt = patternBasesIn(named, files, source);
  return scans.filter(({ pattern, directory }) =>
    ['known', 'unknown'].includes(baseAt(baseOf(pattern, directory)).kind),
  );
}
