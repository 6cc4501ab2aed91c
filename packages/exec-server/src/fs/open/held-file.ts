import { ExecError } from '@holdfast/exec-protocol';
import type { FileBlocks } from '../../confined-files.js';
import { shownPath } from '../native-path.js';
import { LocalFile } from './local-file.js';
import type { SoleWriters, Writer } from './sole-writers.js';

/** A file that a client has open. What is asked of it is done in that order. */
export class HeldFile implements Writer {
  readonly #open: () => Promise<FileBlocks>;
  #file: Promise<FileBlocks>;
  readonly #writers: SoleWriters;
  /** What the writers know it by; undefined where it may be written by many. */
  #known: string | undefined;
  /** Settles when everything that was asked before is done. */
  #last: Promise<unknown>;
  #isTaken = false;
  #isAbandoned = false;

  constructor(open: () => Promise<FileBlocks>, writers: SoleWriters) {
    this.#open = open;
    this.#file = open();
    this.#writers = writers;
    this.#last = this.#file;
  }

  /** Resolves once it is open, and with `alone` once nobody else goes on with it. @throws why it cannot be opened. */
  async opened(alone: boolean): Promise<void> {
    if (!alone) {
      await this.#file;
      return;
    }
    const taken = this.#take();
    this.#last = taken;
    await taken;
  }

  /** @throws ExecError `fileTaken` once somebody else goes on with it. */
  async use<T>(work: (file: FileBlocks) => Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      const file = await this.#file;
      this.#throwIfTaken(file);
      return await work(file);
    });
    this.#last = result.catch(() => undefined);
    return await result;
  }

  /** The same for what only files outside of sandboxes can do. @throws ExecError `sandboxUnsupported` for another one. */
  async useLocal<T>(work: (file: LocalFile, wish: { throwIfOver(): void }) => Promise<T>): Promise<T> {
    return await this.use((file) => {
      const local = localFile(file);
      return work(local, {
        throwIfOver: () => {
          this.#throwIfOver(local);
        },
      });
    });
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
    const open = await this.#file.catch(() => undefined);
    await open?.close();
  }

  /** Makes it this one's alone. Of two who opened it at once, one may have given it its final name before the other took it. */
  async #take(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const file = localFile(await this.#file);
      this.#known = await file.identity();
      await this.#writers.take(this.#known, this);
      if (this.#isTaken || (await file.isNamed())) return;
      this.#writers.leave(this.#known, this);
      await file.close();
      if (attempt >= TAKE_ATTEMPTS) throw taken(file);
      this.#file = this.#open();
    }
  }

  /** Nobody waits any more for what is done with it. */
  #throwIfOver(file: LocalFile): void {
    this.#throwIfTaken(file);
    if (this.#isAbandoned) throw new ExecError('sessionUnknown', 'the session has ended; open a new one');
  }

  #throwIfTaken(file: FileBlocks): void {
    if (this.#isTaken) throw taken(localFile(file));
  }
}

/** Each time somebody else has finished a file of this name meanwhile. */
const TAKE_ATTEMPTS = 8;

function taken({ path }: LocalFile): ExecError {
  return new ExecError('fileTaken', `${shownPath(path)} was opened by somebody who goes on with it`);
}

function localFile(file: FileBlocks): LocalFile {
  if (file instanceof LocalFile) return file;
  throw new ExecError(
    'sandboxUnsupported',
    'this file is open in a sandbox, where it has no digest and no other name; read and write it there, or open it without one',
  );
}
