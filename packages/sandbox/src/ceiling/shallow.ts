import { depthOf, namesOf, parentOf } from '../files/paths.js';
import { MAX_PINNED_DEPTH, MAX_RESTRICTED_PATH_BYTES } from '../limits.js';
import { indexRules, type RuleIndex } from '../policy/access.js';
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
  const sieve = new DeepSieve(() => root);
  const { gitPaths, repositories } = tree;
  const shallow = { gitPaths: sieve.shallow(gitPaths), repositories: sieve.shallow(repositories) };
  return { tree: { ...tree, ...shallow }, deep: sieve.deep };
}

/** The same for directories that others point to. @param index What may be written. */
export function withoutDeepDirectories(
  directories: readonly string[],
  index: RuleIndex,
): { readonly shallow: readonly string[]; readonly deep: readonly DeepRestriction[] } {
  const sieve = new DeepSieve((path) => index.governing(path)?.path ?? '/');
  return { shallow: sieve.shallow(directories), deep: sieve.deep };
}

/** Keeps back what lies too deep, and what has to stay as it is for that. */
class DeepSieve {
  readonly #rootOf: (path: string) => string;
  readonly #deep = new Map<string, DeepRestriction>();

  /** @param rootOf What a path is counted from. */
  constructor(rootOf: (path: string) => string) {
    this.#rootOf = rootOf;
  }

  get deep(): readonly DeepRestriction[] {
    return [...this.#deep.values()];
  }

  shallow(paths: readonly string[]): readonly string[] {
    return paths.filter((path) => {
      const names = namesOf(path);
      const deepest = depthOf(this.#rootOf(path)) + MAX_PINNED_DEPTH + 1;
      if (names.length <= deepest) return true;
      const directory = `/${names.slice(0, deepest).join('/')}`;
      if (!this.#deep.has(directory)) this.#deep.set(directory, { directory, path });
      return false;
    });
  }
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
