import { withHolders } from '../files/paths.js';
import { PathMap } from '../policy/path-map.js';
import type { NormalisedPolicy } from '../policy/path-rule.js';
import type { RepositoryFinder } from '../repositories/repository-scans.js';
import type { ScanTarget } from '../repositories/scan-tree.js';

/** What tells of directories where they stood. */
interface Places {
  readonly policy: Pick<NormalisedPolicy, 'rules'>;
  readonly searched: readonly { readonly target: ScanTarget }[];
  /** Before the command began; what looks had found by then is known. Undefined where nobody knows when that was. */
  readonly madeMs?: number | undefined;
}

/**
 * Says of a path whether the directory there has not come to it by a rename, of a directory above it neither, while a command ran. What is, or holds,
 * something with a mount of its own no command renames, and what looks for repositories have found there before and after stands where it stood.
 * False where nobody knows: the time of a change does not tell, for each file that is made in a directory changes it.
 * @param repositories Has looked once more for all that was searched.
 */
export function unmovedIn(
  { policy, searched, madeMs }: Places,
  repositories: Pick<RepositoryFinder, 'stoodThere'>,
): (path: string) => boolean {
  const pinned = withHolders(policy.rules.map(({ path }) => path));
  const targets = new PathMap(searched.map(({ target }) => [target.root, target] as const));
  return (path) => {
    if (pinned.has(path)) return true;
    const target = targets.nearest(path);
    if (target === undefined || madeMs === undefined) return false;
    return repositories.stoodThere?.(target, path, madeMs) === true;
  };
}
