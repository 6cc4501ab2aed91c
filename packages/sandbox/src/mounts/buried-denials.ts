import { kernelTreeOf } from '../files/kernel-trees.js';
import type { PathRule } from '../policy/path-rule.js';
import { mountPlacesOf } from './mount-places.js';
import type { Mount } from './mount-table.js';

/** What is denied, and would be seen at another place if somebody brought that to light. */
export interface BuriedDenial {
  readonly rule: PathRule;
  /** Where it is mounted as well, in whole or in part, and covered by now. */
  readonly place: string;
}

/** @param rules One for each path. @param mounts Of this machine. */
export function buriedDenials(rules: readonly PathRule[], mounts: readonly Mount[]): readonly BuriedDenial[] {
  const places = mountPlacesOf(mounts);
  if (!places.hasAliases) return [];
  return rules.flatMap((rule): readonly BuriedDenial[] => {
    if (rule.access !== 'deny' || rule.kind === 'missing' || rule.path === '/') return [];
    for (const place of places.buriedAliasesOf(rule.path))
      if (kernelTreeOf(place) === undefined) return [{ rule, place }];
    return [];
  });
}
