import { lstat, stat } from 'node:fs/promises';
import { joinPath, type NativePath, namesOf } from '../native-path.js';
import type { DirectoryWatches } from './directory-watches.js';

/**
 * Waits until a path is there, or is not there any more, by watching every directory that leads to it: also one far above
 * can be renamed. Of a link on the way, itself and the directory that it leads to are watched. However much happens, one
 * look is under way and at most one more follows it.
 */
export class PathWatch {
  readonly #path: NativePath;
  readonly #awaitsPresence: boolean;
  readonly #directories: DirectoryWatches;
  readonly #onChanged: () => void;
  #unwatch: readonly (() => void)[] = [];
  #isLooking = false;
  /** Something has happened since the look under way began. */
  #isStale = false;
  #isClosed = false;

  /** @param onChanged Told once what is waited for has happened, or can no longer be waited for. */
  constructor(
    path: NativePath,
    awaitsPresence: boolean,
    directories: DirectoryWatches,
    onChanged: () => void,
  ) {
    this.#path = path;
    this.#awaitsPresence = awaitsPresence;
    this.#directories = directories;
    this.#onChanged = onChanged;
  }

  /** @returns false when it is over already or cannot be watched. */
  async begin(): Promise<boolean> {
    return (await this.#follow()) && !(await this.#isOver());
  }

  close(): void {
    this.#isClosed = true;
    this.#unfollow();
  }

  /** Watches the directories that there are now; whatever happened before that is seen by the look that follows. */
  async #follow(): Promise<boolean> {
    const before = this.#unwatch;
    const following: (() => void)[] = [];
    let directory: NativePath = Buffer.from('/');
    // Nothing leads to the root, and it stays.
    let isDeepestWatched = true;
    // From above, so that what is swapped meanwhile was watched before it was looked for.
    for (const name of namesOf(this.#path)) {
      const identity = await identityOf(directory);
      if (this.#isClosed) break;
      if (identity === undefined) {
        // Where a link leads is watched from nowhere as long as nothing is there.
        isDeepestWatched &&= !(await isLink(directory));
        break;
      }
      const end = this.#directories.add(directory, identity, name, this.#look);
      isDeepestWatched = end !== undefined;
      if (end !== undefined) following.push(end);
      directory = joinPath(directory, name);
    }
    this.#unwatch = following;
    for (const end of before) end();
    if (this.#isClosed) this.#unfollow();
    return isDeepestWatched && !this.#isClosed;
  }

  #unfollow(): void {
    for (const end of this.#unwatch) end();
    this.#unwatch = [];
  }

  readonly #look = (): void => {
    this.#isStale = true;
    if (!this.#isLooking && !this.#isClosed) void this.#lookUntilSettled();
  };

  async #lookUntilSettled(): Promise<void> {
    this.#isLooking = true;
    while (this.#isStale && !this.#isClosed) {
      this.#isStale = false;
      const isWatching = (await this.#isOver()) || (await this.#follow());
      // A directory that cannot be watched any more leaves nothing to wait for either.
      if (!isWatching || (await this.#isOver())) this.#tell();
    }
    this.#isLooking = false;
  }

  #tell(): void {
    if (!this.#isClosed) this.#onChanged();
  }

  async #isOver(): Promise<boolean> {
    return (await exists(this.#path)) === this.#awaitsPresence;
  }
}

/** What the system calls a directory, behind links too; undefined where there is none. */
async function identityOf(directory: NativePath): Promise<string | undefined> {
  const found = await stat(directory, { bigint: true }).catch(() => undefined);
  return found?.isDirectory() === true ? `${String(found.dev)}:${String(found.ino)}` : undefined;
}

async function isLink(path: NativePath): Promise<boolean> {
  return await lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

async function exists(path: NativePath): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}
