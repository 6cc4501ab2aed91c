import { MAX_FILE_WATCHES } from '@holdfast/exec-protocol';
import type { NativePath } from '../native-path.js';
import type { DirectoryWatches } from './directory-watches.js';
import { PathWatch } from './path-watch.js';

/** What a watch waits for: that one of the missing paths appears, or that the present one goes. */
export interface MissingWatch {
  readonly missing: readonly NativePath[];
  readonly present: NativePath | undefined;
}

/** The watches of one client, by the numbers that it chose. Each speaks once. */
export class MissingWatches {
  readonly #onChanged: (id: number) => void;
  readonly #limit: number;
  readonly #directories: DirectoryWatches;
  readonly #watches = new Map<number, readonly PathWatch[]>();
  #isClosed = false;

  /** @param limit Paths that all watches together may have. */
  constructor(
    directories: DirectoryWatches,
    onChanged: (id: number) => void,
    limit: number = MAX_FILE_WATCHES,
  ) {
    this.#directories = directories;
    this.#onChanged = onChanged;
    this.#limit = limit;
  }

  /**
   * @returns false where nothing is watched: nothing to wait for, the id in use, the wait over before it began, too many
   *   paths, a client that has gone, or a system that cannot.
   */
  async add(id: number, { missing, present }: MissingWatch): Promise<boolean> {
    if (this.#isClosed || missing.length === 0 || this.#watches.has(id)) return false;
    if (this.#countPaths() + missing.length + (present === undefined ? 0 : 1) > this.#limit) return false;
    const changed = (): void => {
      this.#end(id);
      this.#onChanged(id);
    };
    const watches = [
      ...missing.map((path) => new PathWatch(path, true, this.#directories, changed)),
      ...(present === undefined ? [] : [new PathWatch(present, false, this.#directories, changed)]),
    ];
    this.#watches.set(id, watches);
    const begun = await Promise.all(watches.map((one) => one.begin()));
    if (begun.every(Boolean)) return true;
    this.#end(id);
    return false;
  }

  /** Ends all watches. From now on nothing is watched. */
  close(): void {
    this.#isClosed = true;
    for (const id of [...this.#watches.keys()]) this.#end(id);
  }

  #countPaths(): number {
    return [...this.#watches.values()].reduce((count, watches) => count + watches.length, 0);
  }

  #end(id: number): void {
    for (const one of this.#watches.get(id) ?? []) one.close();
    this.#watches.delete(id);
  }
}
