import {
  ExecError,
  MAX_FILE_BLOCK_BYTES,
  MAX_FILE_HANDLE_ID_BYTES,
  MAX_FILE_HANDLES,
} from '@holdfast/exec-protocol';
import type { FileBlock, FileBlocks } from '../../confined-files.js';
import type { NativePath } from '../native-path.js';
import type { WriteOptions } from '../open-file.js';
import type { FileDigest } from './file-digest.js';
import { HeldFile } from './held-file.js';
import { PartSweeper } from './part-sweeper.js';
import { SoleWriters } from './sole-writers.js';

/** What a table of open files can be given. */
export interface FileHandlesOptions {
  /** How many may be open at once. */
  readonly limit?: number;
  /** Shared by all tables of a server. */
  readonly writers?: SoleWriters;
}

/** The files that a client has open, by the ids that it chose. What is asked of one file is done in that order. */
export class FileHandles {
  readonly #limit: number;
  readonly #writers: SoleWriters;
  readonly #sweeper = new PartSweeper();
  readonly #files = new Map<string, HeldFile>();
  #isClosed = false;

  constructor({ limit = MAX_FILE_HANDLES, writers = new SoleWriters() }: FileHandlesOptions = {}) {
    this.#limit = limit;
    this.#writers = writers;
  }

  get size(): number {
    return this.#files.size;
  }

  /**
   * @param isAlone Whoever else goes on with the file, as by `keep`, is done with it; not for one in a sandbox.
   * @throws ExecError `fileHandleInUse`, `limitExceeded`, or why the file cannot be opened; the id is free again then.
   */
  async open(id: string, open: () => Promise<FileBlocks>, isAlone = false): Promise<void> {
    checkId(id);
    if (this.#isClosed) throw new ExecError('sessionUnknown', 'the session has ended; open a new one');
    if (this.#files.has(id)) {
      throw new ExecError(
        'fileHandleInUse',
        `file handle ${JSON.stringify(id)} is open; close it or choose another id`,
      );
    }
    if (this.#files.size >= this.#limit) {
      throw new ExecError('limitExceeded', `${String(this.#limit)} files are open; close one first`, {
        code: REFUSED_CODE,
      });
    }
    const file = new HeldFile(open, this.#writers);
    this.#files.set(id, file);
    try {
      await file.opened(isAlone);
      if (isAlone) await file.useLocal((part) => this.#sweeper.sweepBeside(part, this.#writers));
    } catch (error) {
      if (this.#files.get(id) === file) this.#files.delete(id);
      await file.close().catch(() => undefined);
      throw error;
    }
  }

  async read(id: string, offset: number, length: number): Promise<FileBlock> {
    checkLength(length, 'len');
    return await this.#held(id).use((file) => file.read(offset, length));
  }

  async write(id: string, offset: number, chunk: Uint8Array): Promise<void> {
    checkLength(chunk.length, 'the length of chunk');
    await this.#held(id).use((file) => file.write(offset, chunk));
  }

  /** The digest of the first `length` bytes, read anew. @throws ExecError `sandboxUnsupported` for a file in a sandbox. */
  async digest(id: string, length: number): Promise<FileDigest> {
    return await this.#held(id).useLocal((file, wish) => file.digest(length, wish));
  }

  /** Gives a file another name. @throws ExecError `sandboxUnsupported` for a file in a sandbox. */
  async rename(id: string, to: NativePath, options: WriteOptions): Promise<void> {
    await this.#held(id).useLocal((file) => file.rename(to, options));
  }

  /** Closes a file after everything that was asked of it; one that is not open is no error. */
  async close(id: string): Promise<void> {
    checkId(id);
    const file = this.#files.get(id);
    if (file === undefined) return;
    this.#files.delete(id);
    await file.close();
  }

  /** Closes all files after everything that was asked of them. From now on none can be opened. */
  async closeAll(): Promise<void> {
    this.#isClosed = true;
    const files = [...this.#files.values()];
    this.#files.clear();
    await Promise.allSettled(files.map((file) => file.abandon()));
  }

  #held(id: string): HeldFile {
    checkId(id);
    const file = this.#files.get(id);
    if (file !== undefined) return file;
    throw new ExecError('fileHandleUnknown', `no open file has the id ${JSON.stringify(id)}; open it first`);
  }
}

/** The reference answers too many open files like other bad requests. */
const REFUSED_CODE = -32600;

function checkId(id: string): void {
  if (Buffer.byteLength(id) <= MAX_FILE_HANDLE_ID_BYTES) return;
  throw new ExecError(
    'invalidFileRequest',
    `file handle id ${JSON.stringify(id)} is longer than ${String(MAX_FILE_HANDLE_ID_BYTES)} bytes; choose a shorter one`,
  );
}

function checkLength(length: number, what: string): void {
  if (length >= 1 && length <= MAX_FILE_BLOCK_BYTES) return;
  throw new ExecError(
    'invalidFileRequest',
    `${what} is ${String(length)}; it must be from 1 to ${String(MAX_FILE_BLOCK_BYTES)} bytes`,
  );
}
