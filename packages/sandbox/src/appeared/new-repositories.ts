import { directPath } from '../files/direct-path.js';
import type { FileFacts } from '../files/file-facts.js';
import { isWithinAny, parentOf } from '../files/paths.js';
import type { SearchedRoot } from '../plan-sandbox.js';
import type { ScannedTree } from '../repositories/scan-tree.js';
import type { ChangeLook } from './change-look.js';
import { hasChanged } from './changed.js';

/** The outermost ones; what was not looked at before is new only where it has changed since. What cannot be looked at now is told. */
export function findNewRepositories(
  { target: { root }, tree: before }: SearchedRoot,
  after: ScannedTree,
  files: FileFacts,
  { since, findings }: Pick<ChangeLook, 'since' | 'findings'>,
): void {
  for (const path of outermostNew(before, after, since)) {
    if (isOwn(path, files)) findings.add('repository', path, newRepository);
  }
  const { unseen } = after;
  if (unseen !== undefined && before.unseen === undefined)
    findings.add(
      'repository',
      root,
      (path) =>
        `${path} was not looked through to its end, since ${unseen}; there may be repositories in it that were not there before`,
    );
  const known = new Set(before.shut);
  for (const path of after.shut) if (!known.has(path)) findings.add('repository', path, nowShut);
}

function newRepository(path: string): string {
  return `${path} was not there before, and git that is run in this repository outside runs the hooks and programs that it names`;
}

function nowShut(path: string): string {
  return `${path} cannot be looked into any more, and may hold repositories that were not there before; let this user read and enter it (chmod u+rx)`;
}

function outermostNew(before: ScannedTree, after: ScannedTree, since: number): readonly string[] {
  const known = new Set([...before.gitPaths, ...before.repositories]);
  const all = new Set([...after.gitPaths, ...after.repositories]);
  const isNew = (path: string): boolean =>
    !known.has(path) && (before.unseen === undefined || hasChanged(path, since));
  const added = new Set([...all].filter(isNew));
  return [...added].filter((path) => !isWithinAny(parentOf(path), added));
}

/** In a directory that many share somebody else's is nothing that the command has made. */
function isOwn(path: string, files: FileFacts): boolean {
  try {
    const found = files.look(directPath(path));
    return found !== undefined && files.isOwn?.(found) !== false;
  } catch {
    return true;
  }
}
