/** What the system calls a file, whatever its names. */
export function identityOf({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${String(dev)}:${String(ino)}`;
}

/** Somebody who goes on with a file. */
export interface Writer {
  /** Takes the file away; resolves once nothing more is written by this one. Never fails. */
  stop(): Promise<void>;
}

/**
 * Who goes on with which file, over all sessions: the last one who has opened it for that. Two who did so at once would write
 * into each other's work, and one of them into a file that the other has finished.
 */
export class SoleWriters {
  readonly #writers = new Map<string, Writer>();

  /** Whether somebody goes on with a file. */
  has(file: string): boolean {
    return this.#writers.has(file);
  }

  /** Makes `writer` the only one; resolves once the one before has stopped. @param file What the system calls the file. */
  async take(file: string, writer: Writer): Promise<void> {
    const before = this.#writers.get(file);
    this.#writers.set(file, writer);
    await before?.stop();
  }

  /** To be called by whoever is done with a file; what another one has taken stays theirs. */
  leave(file: string, writer: Writer): void {
    if (this.#writers.get(file) === writer) this.#writers.delete(file);
  }
}
