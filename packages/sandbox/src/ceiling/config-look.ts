import type { FileFacts } from '../files/file-facts.js';
import { ancestorsOf, isWithinAny, withHolders } from '../files/paths.js';
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
  readonly #kept: ReadonlySet<string>;

  constructor(files: FileFacts, kept: readonly string[], repositories: readonly string[]) {
    this.files = files;
    this.kept = kept;
    this.#kept = new Set(kept);
    this.configs = new ConfigFiles(files);
    this.paths = new ConfigPaths(files);
    this.pinned = new Set(withHolders([...repositories, ...kept]));
  }

  /** Whether it lies in what may be written, or is that. */
  isKept(path: string): boolean {
    return isWithinAny(path, this.#kept);
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
