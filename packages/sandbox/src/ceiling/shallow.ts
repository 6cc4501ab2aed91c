import { depthOf, namesOf, parentOf } from '../files/paths.js';
import { MAX_PINNED_DEPTH, MAX_RESTRICTED_PATH_BYTES } from '../limits.js';
import { indexRules } from '../policy/access.js';
import type { PathRule } from '../policy/path-rule.js';
import type { ScannedTree } from '../repositories/scan-tree.js';

/** A restriction that lies too deep below what may be written, and the directory that has to stay as it is for it. */
export interface DeepRestriction {
  readonly directory: string;
  /** One of those that lie below it. */
  readonly path: string;
}

/**
 * No directory above a restriction may be renamed, which takes a mount for each of them, and bubblewrap a time that grows
 * with the third power of their depth. Where one lies too deep, or has too long a path, nothing below a directory above it
 * may be written.
 * @param restrictions What may not be written, canonical. @param rules What may be written, and what may not.
 */
export function deepRestrictions(
  restrictions: readonly string[],
  rules: readonly PathRule[],
): readonly DeepRestriction[] {
  const index = indexRules(rules);
  const found = new Map<string, DeepRestriction>();
  for (const path of restrictions) {
    const isLong = Buffer.byteLength(path) > MAX_RESTRICTED_PATH_BYTES;
    if (!isLong && depthOf(path) <= MAX_PINNED_DEPTH) continue;
    const root = index.governing(parentOf(path));
    if (root?.access !== 'write') continue;
    const names = namesOf(path);
    const depth = Math.min(
      depthOf(root.path) + 1 + MAX_PINNED_DEPTH,
      isLong ? namesThatFit(names) : names.length,
    );
    if (names.length <= depth) continue;
    const directory = `/${names.slice(0, depth).join('/')}`;
    if (!found.has(directory)) found.set(directory, { directory, path });
  }
  return [...found.values()];
}

/** How many of the first of them make up a path that is not too long. */
function namesThatFit(names: readonly string[]): number {
  let bytes = 0;
  const tooMany = names.findIndex(
    (name) => (bytes += 1 + Buffer.byteLength(name)) > MAX_RESTRICTED_PATH_BYTES,
  );
  return tooMany < 0 ? names.length : tooMany;
}

/** What was found, without what lies too deep: looking at each of a thousand names on the way to each of a thousand takes minutes. */
export function withoutDeep(
  tree: ScannedTree,
  root: string,
): { readonly tree: ScannedTree; readonly deep: readonly DeepRestriction[] } {
  const deepest = depthOf(root) + MAX_PINNED_DEPTH + 1;
  const found = new Map<string, DeepRestriction>();
  const isShallow = (path: string): boolean => {
    const names = namesOf(path);
    if (names.length <= deepest) return true;
    const directory = `/${names.slice(0, deepest).join('/')}`;
    if (!found.has(directory)) found.set(directory, { directory, path });
    return false;
  };
  const { gitPaths, repositories } = tree;
  const shallow = { gitPaths: gitPaths.filter(isShallow), repositories: repositories.filter(isShallow) };
  return { tree: { ...tree, ...shallow }, deep: [...found.values()] };
}

/** How many directories have to keep their names so that others cannot be moved, each taken once. */
export function pinsAbove(paths: readonly string[], rules: readonly PathRule[]): number {
  const index = indexRules(rules);
  const pins = new Set<string>();
  for (const path of paths) {
    const root = index.governing(path)?.path;
    if (root === undefined) continue;
    const names = namesOf(path);
    const first = depthOf(root) + 1;
    const last = Math.min(names.length - 1, first + MAX_PINNED_DEPTH - 1);
    for (let depth = first; depth <= last; depth += 1) pins.add(`/${names.slice(0, depth).join('/')}`);
  }
  return pins.size;
}
