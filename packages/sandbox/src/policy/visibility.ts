import type { FileFacts } from '../files/file-facts.js';
import { isWithin } from '../files/paths.js';
import { LinkCycle, resolvePath } from '../files/resolve-path.js';
import { indexRules } from './access.js';
import type { Access, NormalisedPolicy } from './path-rule.js';

/** Trees that every sandbox has for itself, whatever the rules say. */
const PRIVATE_TREES = ['/proc', '/dev', '/sys'];

/** What a policy allows at a path, through its links; undefined where the path cannot be followed. */
export function accessTo(path: string, policy: NormalisedPolicy, files: FileFacts): Access | undefined {
  try {
    const resolved = resolvePath(path, files).path;
    if (PRIVATE_TREES.some((tree) => isWithin(resolved, tree))) return 'read';
    return policy.restrictsFiles ? indexRules(policy.rules).accessAt(resolved) : 'write';
  } catch (error) {
    if (error instanceof LinkCycle) return undefined;
    throw error;
  }
}
