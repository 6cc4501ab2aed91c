import { PathMap } from './path-map.js';
import type { Access, PathRule } from './path-rule.js';

/** Looks up rules by path. Where no rule holds, nothing is allowed. */
export interface RuleIndex {
  /** The rule at this very path. */
  at(path: string): PathRule | undefined;
  /** The most specific rule that holds for a canonical path. */
  governing(path: string): PathRule | undefined;
  /** What may be done at a canonical path. */
  accessAt(path: string): Access;
}

/** Makes rules searchable. The rules must have one path each, and stay as they are. */
export function indexRules(rules: readonly PathRule[]): RuleIndex {
  const known = INDEXES.get(rules);
  if (known !== undefined) return known;
  const index = indexOf(rules);
  INDEXES.set(rules, index);
  return index;
}

/** Many ask for that of the same rules. */
const INDEXES = new WeakMap<readonly PathRule[], RuleIndex>();

function indexOf(rules: readonly PathRule[]): RuleIndex {
  const byPath = new Map(rules.map((rule) => [rule.path, rule]));
  const nearest = new PathMap(byPath);
  const governing = (path: string): PathRule | undefined => nearest.nearest(path);
  return {
    at: (path) => byPath.get(path),
    governing,
    accessAt: (path) => governing(path)?.access ?? 'deny',
  };
}

/**
 * One rule for each path, sorted by path. Of several for the same path the one with the right of way stays: deny, then
 * write, then read.
 */
export function mergeRules(rules: readonly PathRule[]): readonly PathRule[] {
  const byPath = new Map<string, PathRule>();
  for (const rule of rules) {
    const earlier = byPath.get(rule.path);
    if (earlier === undefined || RIGHT_OF_WAY[rule.access] > RIGHT_OF_WAY[earlier.access]) {
      byPath.set(rule.path, rule);
    }
  }
  return [...byPath.values()].sort(byPathName);
}

/** Orders rules so that a directory comes before what lies below it. */
export function byPathName(one: { readonly path: string }, other: { readonly path: string }): number {
  return one.path < other.path ? -1 : Number(one.path > other.path);
}

/** Of several rules for the same path, the one with the highest figure stays. */
export const RIGHT_OF_WAY: Readonly<Record<Access, number>> = { read: 0, write: 1, deny: 2 };
