import { isWithin, parentOf } from '../files/paths.js';
import { indexRules } from '../policy/access.js';
import { PathMap } from '../policy/path-map.js';
import type { NormalisedPolicy } from '../policy/path-rule.js';
import type { RuleOrigin } from '../policy/rule-origin.js';

/** Where mounts keep names as they are in directories that may be written. Paths are canonical. */
export interface CoveredNames {
  /** For whose sake a name cannot be removed, nor moved, nor replaced, though its directory may be written. */
  heldFor(path: string): RuleOrigin | undefined;
  /** For whose sake something stands where nothing is. */
  takenFor(path: string): RuleOrigin | undefined;
}

/** Those that a policy has covered. */
export function coveredNamesOf({
  rules,
  restrictsFiles,
}: Pick<NormalisedPolicy, 'rules' | 'restrictsFiles'>): CoveredNames {
  if (!restrictsFiles) return { heldFor: () => undefined, takenFor: () => undefined };
  const index = indexRules(rules);
  const covers = new PathMap(
    rules.flatMap(({ path, access, origin }) => {
      const root = index.governing(parentOf(path));
      return access === 'write' || root?.access !== 'write' ? [] : [[path, { root: root.path, origin }]];
    }),
  );
  return {
    heldFor(path) {
      for (const { root, origin } of covers.within(path))
        if (path !== root && isWithin(path, root)) return origin;
      return undefined;
    },
    takenFor(path) {
      const rule = index.at(path);
      return rule?.kind === 'missing' ? rule.origin : undefined;
    },
  };
}
