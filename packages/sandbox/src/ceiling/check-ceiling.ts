import type { ExecutorRoots } from '../intent/executor-roots.js';
import { expandEntry } from '../intent/expand-entry.js';
import { globScansOf, restrictedFilesOf } from '../intent/glob-scans.js';
import { globOf } from '../intent/hunt.js';
import { nativePath } from '../intent/native-path.js';
import type { SandboxIntent } from '../intent/schema.js';
import { refuseInOwnTree } from '../policy/own-trees.js';
import { entryOf, memberOf, nameOf } from '../policy/rule-origin.js';

/**
 * Looks at a ceiling as far as that takes no file, so that what no start could enforce is told when it is read.
 * @throws ExecError `sandboxUnsupported`, naming the entry and what to do about it.
 */
export function checkCeiling(ceiling: SandboxIntent): void {
  const { policyContext, workspaceRoots } = ceiling;
  const roots = (policyContext?.workspaceRoots ?? workspaceRoots ?? []).map((uri, at) =>
    nativePath(uri, nameOf(memberOf('ceiling', `workspaceRoots.${at}`))),
  );
  for (const [at, entry] of (restrictedFilesOf(ceiling)?.entries ?? []).entries()) {
    const name = nameOf(entryOf('ceiling', at));
    const target = expandEntry(entry, name, ROOTS, roots);
    if (entry.access !== 'deny' || target.kind === 'glob') continue;
    for (const path of target.paths) refuseInOwnTree(path, name);
  }
  for (const scan of globScansOf(ceiling, ROOTS, 'ceiling')) globOf(scan, () => undefined);
}

/** Whatever symbols stand for by then. */
const ROOTS: ExecutorRoots = { cwd: '/', tmpdir: undefined, slashTmp: '/tmp', minimal: [] };
