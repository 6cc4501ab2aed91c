import type { FileHandle } from 'node:fs/promises';
import { ExecError } from '@holdfast/exec-protocol';
import { about } from './file-error.js';
import { type NativePath, shownPath } from './native-path.js';
import type { SoleWriters, Writer } from './sole-writers.js';

/** A file that a client has open. What is asked of it is done in that order. */
export class HeldFile implements Writer {
  /** The name that it was opened by, or was given since. */
  path: NativePath;
  readonly #handle: Promise<FileHandle>;
  readonly #writers: SoleWriters;
  /** What the writers know it by; undefined where it may be written by many. */
  #known: string | undefined;
  /** Settles when everything that was asked before is done. */
  #last: Promise<unknown>;
  #isTaken = false;
  #isAbandoned = false;

  constructor(path: NativePath, handle: Promise<FileHandle>, writers: SoleWriters) {
    this.path = path;
    this.#handle = handle;
    this.#writers = writers;
    this.#last = handle;
  }

  /** Resolves once it is open, and with `alone` once nobody else goes on with it. @throws why it cannot be opened. */
  async opened(alone: boolean): Promise<void> {
    if (!alone) {
      await this.#handle;
      return;
    }
    const taken = this.#handle.then(async (handle) => {
      const { dev, ino } = await handle.stat({ bigint: true });
      this.#known = `${String(dev)}:${String(ino)}`;
      await this.#writers.take(this.#known, this);
    });
    this.#last = taken;
    await taken;
  }

  /** @throws ExecError `fileTaken` once somebody else goes on with it. */
  async use<T>(work: (handle: FileHandle, file: this) => Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      this.#throwIfTaken();
      return await about(this.path, async () => work(await this.#handle, this));
    });
    this.#last = result.catch(() => undefined);
    return await result;
  }

  /** To be asked by work that takes long. @throws ExecError when nobody waits for it any more. */
  throwIfOver(): void {
    this.#throwIfTaken();
    if (this.#isAbandoned) throw new ExecError('sessionUnknown', 'the session has ended; open a new one');
  }

  async stop(): Promise<void> {
    this.#isTaken = true;
    await this.#last.catch(() => undefined);
  }

  /** Closes it, and ends what takes long. */
  async abandon(): Promise<void> {
    this.#isAbandoned = true;
    await this.close();
  }

  /** Closes it after everything that was asked of it. */
  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    if (this.#known !== undefined) this.#writers.leave(this.#known, this);
    const open = await this.#handle.catch(() => undefined);
    // What the system could not write before it says now.
    if (open !== undefined) await about(this.path, () => open.close());
  }

  #throwIfTaken(): void {
    if (!this.#isTaken) return;
    throw new ExecError('fileTaken', `${shownPath(this.path)} was opened by somebody who goes on with it`);
  }
}
