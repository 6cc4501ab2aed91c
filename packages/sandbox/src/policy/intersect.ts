import { byPathName, indexRules } from './access.js';
import { PathMap } from './path-map.js';
import type { Access, PathRule } from './path-rule.js';
import { listOf, type RuleOrigin } from './rule-origin.js';

/** A path at which less is allowed than was asked for. */
export interface Narrowing {
  readonly path: string;
  readonly asked: Exclude<Access, 'deny'>;
  readonly granted: Exclude<Access, 'write'>;
  /** The rule of the maximum that made the difference. */
  readonly origin: RuleOrigin;
}

/** What both allow, and where that is less than the first one asks for. */
export interface Intersection {
  readonly rules: readonly PathRule[];
  readonly narrowed: readonly Narrowing[];
}

/**
 * At each path, the stricter of what was asked for and what is allowed at most. Rules hold for whole trees, so it is
 * enough to look at the paths that one of the two names. Each of them keeps its rule, also where the next one above says the
 * same: a directory that may be written has protections of its own.
 */
export function intersect(asked: readonly PathRule[], maximum: readonly PathRule[]): Intersection {
  const askedIndex = indexRules(asked);
  const maximumIndex = indexRules(maximum);
  const named = new Map([...maximum, ...asked].map((rule) => [rule.path, rule]));
  const narrowed: Narrowing[] = [];
  const rules = [...named.values()].sort(byPathName).map((rule) => {
    const wanted = askedIndex.accessAt(rule.path);
    const limit = maximumIndex.accessAt(rule.path);
    const cut = cutDown(wanted, limit);
    if (cut === undefined) {
      const origin = askedIndex.governing(rule.path)?.origin ?? listOf('intent');
      return { ...rule, access: wanted, origin };
    }
    const limiting = maximumIndex.governing(rule.path);
    const origin = limiting?.origin ?? listOf('ceiling');
    narrowed.push({ path: rule.path, ...cut, origin });
    return { ...rule, access: cut.granted, origin, ...reasonAt(rule.path, limiting) };
  });
  return { rules, narrowed };
}

/** What is told of a path to whoever asked for more there. */
function reasonAt(path: string, limiting: PathRule | undefined): Pick<PathRule, 'byLink' | 'whole'> {
  const { byLink, whole } = limiting ?? {};
  return {
    ...(byLink === undefined || limiting?.path !== path ? {} : { byLink }),
    ...(whole === undefined ? {} : { whole }),
  };
}

/** Undefined where as much is granted as was asked for. */
function cutDown(asked: Access, limit: Access): Pick<Narrowing, 'asked' | 'granted'> | undefined {
  if (asked === 'deny' || limit === 'write' || asked === limit) return undefined;
  return { asked, granted: limit };
}

/** Leaves out each rule that says what the next one above it says already. */
export function withoutRedundant(rules: readonly PathRule[]): readonly PathRule[] {
  const kept = new PathMap<PathRule>();
  return [...rules].sort(byPathName).filter((rule) => {
    // Those above come before, and none comes twice.
    const inherited = kept.nearest(rule.path)?.access ?? 'deny';
    if (inherited !== rule.access) kept.set(rule.path, rule);
    return inherited !== rule.access;
  });
}
