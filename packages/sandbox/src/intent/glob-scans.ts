import { entryOf, memberOf, nameOf, type ProfileSource } from '../policy/rule-origin.js';
import type { GlobScan } from './deny-glob.js';
import type { ExecutorRoots } from './executor-roots.js';
import { expandEntry } from './expand-entry.js';
import { nativePath } from './native-path.js';
import type { RestrictedFiles, SandboxIntent } from './schema.js';

/** What an intent says of files; undefined where it leaves all of them as they are. */
export function restrictedFilesOf({ permissions }: SandboxIntent): RestrictedFiles | undefined {
  if (permissions.type !== 'managed' || permissions.file_system.type !== 'restricted') return undefined;
  return permissions.file_system;
}

/**
 * What has to be looked for before an intent can be bound: the patterns that it denies.
 * @param source As for `normalise`.
 * @throws ExecError `sandboxUnsupported` for a pattern that cannot be enforced.
 */
export function globScansOf(
  intent: SandboxIntent,
  roots: ExecutorRoots,
  source: ProfileSource = 'intent',
): readonly GlobScan[] {
  const restricted = restrictedFilesOf(intent);
  if (restricted === undefined) return [];
  const { entries, glob_scan_max_depth: maxDepth } = restricted;
  const directory = policyCwd(intent, roots, source);
  return entries.flatMap((entry, at) => {
    if (entry.path.type !== 'glob_pattern') return [];
    const origin = nameOf(entryOf(source, at));
    const target = expandEntry(entry, origin, roots, []);
    if (target.kind !== 'glob') return [];
    return [{ pattern: target.pattern, origin, directory, maxDepth: maxDepth ?? undefined }];
  });
}

/** The directory of a relative pattern. */
function policyCwd(
  { policyContext, cwd }: SandboxIntent,
  roots: ExecutorRoots,
  source: ProfileSource,
): string {
  const uri = policyContext?.cwd ?? cwd;
  return uri == null ? roots.cwd : nativePath(uri, nameOf(memberOf(source, 'cwd')));
}
