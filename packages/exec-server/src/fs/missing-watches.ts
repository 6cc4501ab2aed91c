import { type FSWatcher, watch } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { MAX_FILE_WATCHES } from '@holdfast/exec-protocol';
import { joinPath, type NativePath, namesOf } from './native-path.js';

/** What a watch waits for: that one of the missing paths appears, or that the present one goes. */
export interface MissingWatch {
  readonly missing: readonly NativePath[];
  readonly present: NativePath | undefined;
}

/** The watches of one client, by the numbers that it chose. Each speaks once. */
export class MissingWatches {
  readonly #onChanged: (id: number) => void;
  readonly #limit: number;
  readonly #watches = new Map<number, readonly PathWatch[]>();
  #isClosed = false;

  /** @param limit Paths that all watches together may have. */
  constructor(onChanged: (id: number) => void, limit: number = MAX_FILE_WATCHES) {
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
      ...missing.map((path) => new PathWatch(path, true, changed)),
      ...(present === undefined ? [] : [new PathWatch(present, false, changed)]),
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

/** Waits until a path is there, or is not there any more, by watching the deepest directory above it that exists. */
class PathWatch {
  readonly #path: NativePath;
  readonly #awaitsPresence: boolean;
  readonly #onChanged: () => void;
  #watcher: FSWatcher | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(path: NativePath, awaitsPresence: boolean, onChanged: () => void) {
    this.#path = path;
    this.#awaitsPresence = awaitsPresence;
    this.#onChanged = onChanged;
  }

  /** @returns false when it is over already or cannot be watched. */
  async begin(): Promise<boolean> {
    return (await this.#follow()) && !(await this.#isOver());
  }

  close(): void {
    this.#isClosed = true;
    this.#watcher?.close();
  }

  /** Watches what is now the deepest directory; whatever happened before that is seen by the look that follows. */
  async #follow(): Promise<boolean> {
    this.#watcher?.close();
    const directory = await deepestDirectory(this.#path);
    if (this.#isClosed) return false;
    try {
      this.#watcher = watch(directory, { persistent: false, encoding: 'buffer' }, () => {
        this.#look();
      });
      this.#watcher.on('error', () => {
        this.#look();
      });
      return true;
    } catch {
      return false;
    }
  }

  #look(): void {
    this.#looking = this.#looking.then(() => this.#lookNow());
  }

  async #lookNow(): Promise<void> {
    const isWatching = (await this.#isOver()) || (await this.#follow());
    // A directory that cannot be watched any more leaves nothing to wait for either.
    if (!isWatching || (await this.#isOver())) this.#tell();
  }

  #tell(): void {
    if (!this.#isClosed) this.#onChanged();
  }

  async #isOver(): Promise<boolean> {
    return (await exists(this.#path)) === this.#awaitsPresence;
  }
}

async function deepestDirectory(path: NativePath): Promise<NativePath> {
  let directory: NativePath = Buffer.from('/');
  const names = namesOf(path);
  for (const name of names.slice(0, -1)) {
    const next = joinPath(directory, name);
    if (!(await exists(next))) break;
    directory = next;
  }
  return directory;
}

async function exists(path: NativePath): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}
