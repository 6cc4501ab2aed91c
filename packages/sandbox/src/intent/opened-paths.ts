import { isWithinAny, parentOf } from '../files/paths.js';
import { PathMap } from '../policy/path-map.js';
import type { PathRule } from '../policy/path-rule.js';

/** What a profile lets be read or written by a path of its own, also in a directory that its patterns match. */
export class OpenedPaths {
  /** Equal for equal paths. */
  readonly key: string;
  readonly #paths: ReadonlySet<string>;
  readonly #byPath: PathMap<PathRule>;

  /** @param rules Without what patterns match; one for each path. */
  constructor(rules: readonly PathRule[]) {
    const opened = rules.filter(isOpened);
    this.#paths = new Set(opened.map(({ path }) => path));
    this.#byPath = new PathMap(opened.map((rule) => [rule.path, rule]));
    this.key = JSON.stringify(opened.map(({ path, kind }) => [path, kind]));
  }

  /** Those that lie in a directory, but for what lies in another one of them there. */
  in(directory: string): Iterable<PathRule> {
    return this.#byPath.nextWithin(directory);
  }

  /** A path that the profile opens by now in one of these directories, and did not open then. */
  addedSince(rules: readonly PathRule[], directories: () => ReadonlySet<string>): string | undefined {
    const added = rules.filter((rule) => isOpened(rule) && !this.#paths.has(rule.path));
    if (added.length === 0) return undefined;
    const denied = directories();
    return added.find(({ path }) => path !== '/' && isWithinAny(parentOf(path), denied))?.path;
  }
}

function isOpened({ access, kind }: PathRule): boolean {
  return access !== 'deny' && kind !== 'missing';
}

/** Of a profile that opens nothing. */
export const NOTHING_OPENED = new OpenedPaths([]);
