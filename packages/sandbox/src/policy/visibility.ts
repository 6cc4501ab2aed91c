import type { FileFacts } from '../files/file-facts.js';
import { isWithin } from '../files/paths.js';
import { resolvePath } from '../files/resolve-path.js';
import { indexRules } from './access.js';
import type { Access, NormalisedPolicy } from './path-rule.js';

/** Trees that every sandbox has for itself, whatever the rules say. */
const PRIVATE_TREES = ['/proc', '/dev', '/sys'];

/** What a policy allows at a path, through its links; undefined where the path cannot be followed. */
export function accessTo(path: string, policy: NormalisedPolicy, files: FileFacts): Access | undefined {
  return accessIn(policy, files)(path);
}

/** The same for many paths. */
export function accessIn(policy: NormalisedPolicy, files: FileFacts): (path: string) => Access | undefined {
  const index = indexRules(policy.rules);
  return (path) => {
    const resolved = resolvePath(path, files);
    if (resolved.kind === 'deadEnd') return undefined;
    if (PRIVATE_TREES.some((tree) => isWithin(resolved.path, tree))) return 'read';
    return policy.restrictsFiles ? index.accessAt(resolved.path) : 'write';
  };
}
