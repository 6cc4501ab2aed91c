import type { ExecutorRoots } from '../intent/executor-roots.js';
import { expandEntry } from '../intent/expand-entry.js';
import { globScansOf, restrictedFilesOf } from '../intent/glob-scans.js';
import { globOf } from '../intent/hunt.js';
import { nativePath } from '../intent/native-path.js';
import type { SandboxIntent } from '../intent/schema.js';
import { refuseInOwnTree } from '../policy/own-trees.js';
import { entryOf, memberOf, nameOf } from '../policy/rule-origin.js';
import { refuse } from '../refuse.js';

/**
 * Looks at a ceiling as far as that takes no file, so that what no start could enforce is told when it is read.
 * @throws ExecError `sandboxUnsupported`, naming the entry and what to do about it.
 */
export function checkCeiling(ceiling: SandboxIntent): void {
  const roots = rootsIn(ceiling);
  for (const [at, entry] of (restrictedFilesOf(ceiling)?.entries ?? []).entries()) {
    const name = nameOf(entryOf('ceiling', at));
    if (entry.path.type === 'path') refuseDots(entry.path.path, `${name}.path.path`);
    const target = expandEntry(entry, name, ROOTS, roots);
    if (entry.access !== 'deny' || target.kind === 'glob') continue;
    for (const path of target.paths) refuseInOwnTree(path, name);
  }
  for (const scan of globScansOf(ceiling, ROOTS, 'ceiling')) globOf(scan, () => undefined);
}

function rootsIn({ policyContext, workspaceRoots, cwd }: SandboxIntent): readonly string[] {
  refuseDots(policyContext?.cwd ?? cwd ?? '', nameOf(memberOf('ceiling', 'cwd')));
  return (policyContext?.workspaceRoots ?? workspaceRoots ?? []).map((uri, at) => {
    const name = nameOf(memberOf('ceiling', `workspaceRoots.${at}`));
    refuseDots(uri, name);
    return nativePath(uri, name);
  });
}

/** Whoever writes a path by hand means what programs find there, and not what is left of a URI. */
function refuseDots(uri: string, origin: string): void {
  if (DOTS.test(uri))
    refuse(
      origin,
      `${uri} has a .., which is taken out of a URI by name, whatever link stands before it; write the path without`,
    );
}

const DOTS = /(?:[/\\:]|%2f|%5c)(?:\.|%2e){2}(?:[/\\]|%2f|%5c|$)/i;

/** Whatever symbols stand for by then. */
const ROOTS: ExecutorRoots = { cwd: '/', tmpdir: undefined, slashTmp: '/tmp', minimal: [] };
