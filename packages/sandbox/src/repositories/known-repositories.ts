import { MAX_KNOWN_REPOSITORY_CHARACTERS } from '../limits.js';
import type { Remembered } from './scan-tree.js';

type Found = Remembered['found'];

/**
 * Where repositories were found, by root. Those that all roots together have no place for are forgotten where most is known, from the
 * end: nobody who asks for many roots, or fills one, takes what is known of a smaller one away.
 */
export class KnownRepositories {
  readonly #atMost: number;
  readonly #byRoot = new Map<string, Found>();
  readonly #sizes = new Map<string, number>();
  #size = 0;

  /** @param atMost How many characters the paths have together. */
  constructor(atMost = MAX_KNOWN_REPOSITORY_CHARACTERS) {
    this.#atMost = atMost;
  }

  below(root: string): Found {
    return this.#byRoot.get(root) ?? NOTHING;
  }

  keep(root: string, found: Found): void {
    this.#set(root, found);
    while (this.#size > this.#atMost) {
      const largest = this.#largest();
      this.#set(largest, halfOf(this.below(largest)));
    }
  }

  #set(root: string, found: Found): void {
    const paths = [...found.gitPaths, ...found.repositories];
    const size = paths.length === 0 ? 0 : [root, ...paths].reduce((sum, path) => sum + path.length, 0);
    this.#size += size - (this.#sizes.get(root) ?? 0);
    if (size === 0) {
      this.#byRoot.delete(root);
      this.#sizes.delete(root);
    } else {
      this.#byRoot.set(root, found);
      this.#sizes.set(root, size);
    }
  }

  #largest(): string {
    let [largest, most] = ['', 0];
    for (const [root, size] of this.#sizes) if (size >= most) [largest, most] = [root, size];
    return largest;
  }
}

const NOTHING: Found = { gitPaths: [], repositories: [] };

/** The first half, of a single one none. */
function halfOf({ gitPaths, repositories }: Found): Found {
  return { gitPaths: firstHalf(gitPaths), repositories: firstHalf(repositories) };
}

function firstHalf(paths: readonly string[]): readonly string[] {
  return paths.slice(0, Math.floor(paths.length / 2));
}
