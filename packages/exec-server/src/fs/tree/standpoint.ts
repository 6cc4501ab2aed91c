import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { ExecError } from '@holdfast/exec-protocol';
import { O_PATH } from '@holdfast/sandbox/internal';
import { about, toFileError } from '../file-error.js';
import { joinPath, type NativePath, nameOf, parentOf, shownPath } from '../native-path.js';
import { standing } from '../no-follow.js';
import type { LinkOptions } from '../open-file.js';

/** An entry of a directory. */
export interface Entry {
  /** What people call it. */
  readonly path: NativePath;
  /** What the system is told. Nothing that happens to the directories above leads it elsewhere (Linux). */
  readonly at: NativePath;
}

/**
 * A directory from which a tree is gone through: down by names, never by a link, and back up. It takes one descriptor however
 * deep that is, and reaches as deep as paths are long. Without a way to stand on a directory (other systems than Linux)
 * somebody could still put a link there after the look.
 */
export class Standpoint {
  #path: NativePath;
  #here: Held;
  /** The identities of those above, from where it began. */
  readonly #above: string[] = [];

  private constructor(path: NativePath, here: Held) {
    this.#path = path;
    this.#here = here;
  }

  /**
   * Begins in a directory.
   * @returns what the caller closes.
   */
  static async in(path: NativePath, options: LinkOptions): Promise<Standpoint> {
    return new Standpoint(path, await hold(path, options));
  }

  /** Begins in the directory of an entry, which links may lead to. */
  static async above(path: NativePath): Promise<{ readonly parent: Standpoint; readonly name: Buffer }> {
    const parent = await Standpoint.in(parentOf(path) ?? path, { followSymlinks: true });
    return { parent, name: path.length > 1 ? nameOf(path) : ITSELF };
  }

  /** As `identityOf` has it. */
  get identity(): string {
    return this.#here.identity;
  }

  /** Whether one of the directories from where it began to here is this one. */
  hasPassed(identity: string): boolean {
    return this.identity === identity || this.#above.includes(identity);
  }

  /** The directory itself. */
  get itself(): Entry {
    const { handle } = this.#here;
    return { path: this.#path, at: handle === undefined ? this.#path : standing(handle) };
  }

  /** @throws ExecError where its path is longer than the system takes. */
  entry(name: Buffer): Entry {
    const path = joinPath(this.#path, name);
    if (path.length < MAX_PATH_BYTES) return { path, at: joinPath(this.itself.at, name) };
    throw toFileError(Object.assign(new Error('the path is too long'), { code: 'ENAMETOOLONG' }), path);
  }

  /** Goes down. @throws ENOTDIR where the entry is a link or no directory. */
  async enter(name: Buffer): Promise<void> {
    const { path, at } = this.entry(name);
    const next = await hold(at, { followSymlinks: false });
    this.#above.push(this.#here.identity);
    await this.#moveTo(next, path);
  }

  /** Goes back up. @throws ExecError also where the directory lies in another one by now. */
  async leave(): Promise<void> {
    const path = this.#path;
    const parent = parentOf(path) ?? path;
    const { handle } = this.#here;
    const at = handle === undefined ? parent : joinPath(standing(handle), ABOVE);
    const next = await about(path, () => hold(at, { followSymlinks: false }));
    if (next.identity !== this.#above.pop()) {
      await next.handle?.close();
      throw new ExecError('fileSystemFailed', `${shownPath(path)} was moved meanwhile; try again`);
    }
    await this.#moveTo(next, parent);
  }

  async close(): Promise<void> {
    await this.#here.handle?.close();
  }

  async #moveTo(next: Held, path: NativePath): Promise<void> {
    const { handle } = this.#here;
    this.#here = next;
    this.#path = path;
    await handle?.close();
  }
}

/** What Linux takes at most, with the NUL at its end. */
const MAX_PATH_BYTES = 4096;
const ITSELF = Buffer.from('.');
const ABOVE = Buffer.from('..');
const DIRECTORY = constants.O_DIRECTORY | O_PATH;

interface Held {
  /** Undefined where there is no way to stand on it. */
  readonly handle: FileHandle | undefined;
  readonly identity: string;
}

async function hold(at: NativePath, { followSymlinks }: LinkOptions): Promise<Held> {
  if (platform() !== 'linux') {
    const found = await (followSymlinks ? stat : lstat)(at, { bigint: true });
    if (found.isDirectory()) return { handle: undefined, identity: identityOf(found) };
    throw Object.assign(new Error('it is a link or no directory'), { code: 'ENOTDIR' });
  }
  const handle = await open(at, followSymlinks ? DIRECTORY : DIRECTORY | constants.O_NOFOLLOW);
  try {
    return { handle, identity: identityOf(await handle.stat({ bigint: true })) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Tells directories from one another. */
export function identityOf({ dev, ino }: BigIntStats): string {
  return `${String(dev)}/${String(ino)}`;
}
