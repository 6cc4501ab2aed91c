import type { FileFacts } from '../files/file-facts.js';
import { notingLinks } from '../files/noting-links.js';
import { ancestorsOf, isWithinAny, parentOf, withHolders } from '../files/paths.js';
import { ConfigFiles } from './config-files.js';
import { ConfigPaths } from './config-paths.js';

/** What the readings of all repositories share. */
export class ConfigLook {
  readonly files: FileFacts;
  readonly kept: readonly string[];
  readonly configs: ConfigFiles;
  readonly paths: ConfigPaths;
  /** Directories that keep their names anyway. */
  readonly pinned: Set<string>;
  readonly #links = new Set<string>();
  readonly #kept: ReadonlySet<string>;
  readonly #inParts: ReadonlySet<string>;

  /** @param inParts Those among the repositories in which what git reads is protected, wherever links lead. */
  constructor(
    files: FileFacts,
    kept: readonly string[],
    repositories: readonly string[],
    inParts: ReadonlySet<string>,
  ) {
    this.files = notingLinks(files, (link) => this.#links.add(link));
    this.kept = kept;
    this.#kept = new Set(kept);
    this.#inParts = inParts;
    this.configs = new ConfigFiles(files);
    this.paths = new ConfigPaths(files);
    this.pinned = new Set(withHolders([...repositories, ...kept]));
  }

  /** Links that were followed, to nothing and in circles too: for each place that is looked at no more than one path may lead through. */
  get links(): ReadonlySet<string> {
    return this.#links;
  }

  /** Whether it lies in what may be written, or is that. */
  isKept(path: string): boolean {
    return isWithinAny(path, this.#kept);
  }

  /** Whether what git reads there is protected with the rest of a repository. @param holder Its directory, or what it has of a linked worktree. */
  isInParts(holder: string): boolean {
    const above = parentOf(holder);
    return this.#inParts.has(holder) || (above.endsWith('/worktrees') && this.#inParts.has(parentOf(above)));
  }

  /** The directories above a path that would have to keep their names as well, each by a mount. */
  pinsFor(path: string): readonly string[] {
    const pins: string[] = [];
    for (const above of ancestorsOf(path)) {
      if (this.pinned.has(above)) break;
      pins.push(above);
    }
    return pins;
  }
}
