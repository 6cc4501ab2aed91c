import type { FileHandle } from 'node:fs/promises';
import type { FileBlock, FileBlocks } from '../../confined-files.js';
import { about } from '../file-error.js';
import type { NativePath } from '../native-path.js';
import { type LinkOptions, openToKeep, openToRead, openToReplace, type WriteOptions } from '../open-file.js';
import { digestOf, type FileDigest } from './file-digest.js';
import { isAt, renameOpen } from './rename-open.js';
import { identityOf } from './sole-writers.js';

/** What a file is opened for; `keep` is to go on with what is there. */
export type OpenMode = 'read' | 'replace' | 'keep';

/** An open file that this program reaches itself. */
export class LocalFile implements FileBlocks {
  readonly #handle: FileHandle;
  readonly followSymlinks: boolean;
  #path: NativePath;

  private constructor(handle: FileHandle, path: NativePath, { followSymlinks }: LinkOptions) {
    this.#handle = handle;
    this.#path = path;
    this.followSymlinks = followSymlinks;
  }

  /** @throws ExecError why it cannot be opened. */
  static async open(
    path: NativePath,
    mode: OpenMode,
    options: WriteOptions = { followSymlinks: true },
  ): Promise<LocalFile> {
    const { handle } = await OPENERS[mode](path, options);
    return new LocalFile(handle, path, options);
  }

  /** The name that it was opened by, or was given since. */
  get path(): NativePath {
    return this.#path;
  }

  /** What the system calls the file, whatever its names. */
  async identity(): Promise<string> {
    return identityOf(await this.#handle.stat({ bigint: true }));
  }

  /** Whether its name still leads to it, and not to another file or nowhere. */
  async isNamed(): Promise<boolean> {
    return await about(this.#path, () => isAt(this.#handle, this.#path, this));
  }

  /** Unix time in milliseconds. */
  async modifiedAtMs(): Promise<number> {
    return (await this.#handle.stat()).mtimeMs;
  }

  async read(offset: number, length: number): Promise<FileBlock> {
    return await about(this.#path, async () => {
      const chunk = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await this.#handle.read(chunk, filled, length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return { chunk: chunk.subarray(0, filled), eof: filled < length };
    });
  }

  async write(offset: number, chunk: Uint8Array): Promise<void> {
    await about(this.#path, async () => {
      for (let written = 0; written < chunk.length; ) {
        const left = chunk.length - written;
        const { bytesWritten } = await this.#handle.write(chunk, written, left, offset + written);
        written += bytesWritten;
      }
    });
  }

  /** The digest of the first `length` bytes, read anew. @param wish Throws once nobody waits for it any more. */
  async digest(length: number, wish: { throwIfOver(): void }): Promise<FileDigest> {
    return await about(this.#path, () => digestOf(this.#handle, length, wish));
  }

  /** Gives it another name. */
  async rename(to: NativePath, options: WriteOptions): Promise<void> {
    await about(this.#path, () => renameOpen(this.#handle, this.#path, to, options));
    this.#path = to;
  }

  async close(): Promise<void> {
    // What the system could not write before it says now.
    await about(this.#path, () => this.#handle.close());
  }
}

const OPENERS: Readonly<Record<OpenMode, typeof openToReplace>> = {
  read: openToRead,
  replace: openToReplace,
  keep: openToKeep,
};
