import { FILE_BLOCKS_IN_FLIGHT, MAX_FILE_BLOCK_BYTES } from '@holdfast/exec-protocol';
import type { OpenFile } from './file-requests.js';

/** Writes an open file in one go, in blocks of the size that the wire takes. */
export class BlockWriter {
  readonly #file: Pick<OpenFile, 'write'>;
  readonly #signal: AbortSignal | undefined;
  readonly #underWay = new Set<Promise<void>>();
  #position: number;
  #failure: { readonly reason: unknown } | undefined;

  /** @param from Where it begins. */
  constructor(file: Pick<OpenFile, 'write'>, signal?: AbortSignal, from = 0) {
    this.#position = from;
    this.#file = file;
    this.#signal = signal;
  }

  /** Resolves when there is room for more. @throws what an earlier block failed with. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += MAX_FILE_BLOCK_BYTES) {
      while (this.#underWay.size >= FILE_BLOCKS_IN_FLIGHT) await Promise.race(this.#underWay);
      this.#throwIfFailed();
      this.#send(bytes.subarray(at, at + MAX_FILE_BLOCK_BYTES));
    }
  }

  /** Resolves when everything has been written. @throws what a block failed with. */
  async finish(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#throwIfFailed();
  }

  #send(block: Uint8Array): void {
    const written = this.#file
      .write(this.#position, block, this.#signal)
      .catch((reason: unknown) => {
        this.#failure ??= { reason };
      })
      .finally(() => this.#underWay.delete(written));
    this.#position += block.length;
    this.#underWay.add(written);
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.reason;
  }
}
