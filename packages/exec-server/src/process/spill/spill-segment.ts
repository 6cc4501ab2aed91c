/** What a segment needs of an open file; a `FileHandle` has it. */
export interface SpillHandle {
  writev(buffers: readonly Uint8Array[], position: number): Promise<{ readonly bytesWritten: number }>;
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/** One nameless file of a spill; its room on the disk is given back when the last use of it has ended. */
export class SpillSegment {
  readonly #handle: SpillHandle;
  #uses = 0;
  #isDropped = false;

  constructor(handle: SpillHandle) {
    this.#handle = handle;
  }

  /** @returns how many bytes were taken, which may be fewer than given. */
  write(buffers: readonly Uint8Array[], position: number): Promise<number> {
    return this.#use(async () => (await this.#handle.writev(buffers, position)).bytesWritten);
  }

  /** Fills `into` from its start. @returns how many bytes were read, at least one. */
  read(into: Uint8Array, position: number): Promise<number> {
    return this.#use(async () => {
      const { bytesRead } = await this.#handle.read(into, 0, into.length, position);
      if (bytesRead === 0) throw new Error('a spill file is shorter than what was written to it');
      return bytesRead;
    });
  }

  drop(): void {
    if (this.#isDropped) return;
    this.#isDropped = true;
    this.#closeIfUnused();
  }

  async #use<T>(work: () => Promise<T>): Promise<T> {
    this.#uses += 1;
    try {
      return await work();
    } finally {
      this.#uses -= 1;
      this.#closeIfUnused();
    }
  }

  /** A descriptor that is closed during a read might be somebody else's file before the read ends. */
  #closeIfUnused(): void {
    if (!this.#isDropped || this.#uses > 0) return;
    // It has no name, so there is nothing left to save or to tell.
    this.#handle.close().catch(() => undefined);
  }
}
