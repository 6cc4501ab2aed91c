import { FILE_BLOCKS_IN_FLIGHT, MAX_FILE_BLOCK_BYTES } from '@holdfast/exec-protocol';
import type { OpenFile } from './file-requests.js';

/** The content of an open file, block by block. */
export class BlockReader {
  readonly #file: Pick<OpenFile, 'read'>;
  readonly #signal: AbortSignal | undefined;
  readonly #blockBytes: number;
  #ahead: Promise<Uint8Array>[] = [];
  #position: number;
  /** How many blocks are asked for at once: one at first, since most files have no second. */
  #depth = 1;
  #isOver = false;

  /** @param from Where it begins. */
  constructor(
    file: Pick<OpenFile, 'read'>,
    signal?: AbortSignal,
    blockBytes: number = MAX_FILE_BLOCK_BYTES,
    from = 0,
  ) {
    this.#position = from;
    this.#file = file;
    this.#signal = signal;
    this.#blockBytes = blockBytes;
  }

  /** The next block, or undefined after the last. */
  async next(): Promise<Uint8Array | undefined> {
    if (this.#isOver) return undefined;
    while (this.#ahead.length < this.#depth) this.#ahead.push(this.#ask());
    const block = await this.#ahead.shift();
    if (block !== undefined && block.length === this.#blockBytes) {
      this.#depth = FILE_BLOCKS_IN_FLIGHT;
      return block;
    }
    this.#isOver = true;
    this.#ahead = [];
    return block === undefined || block.length === 0 ? undefined : block;
  }

  #ask(): Promise<Uint8Array> {
    const block = this.#file.read(this.#position, this.#blockBytes, this.#signal);
    this.#position += this.#blockBytes;
    // Whoever comes to it hears of its failure; one behind the end is nobody's.
    block.catch(() => undefined);
    return block;
  }
}
