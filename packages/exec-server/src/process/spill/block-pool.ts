/** The unit in which memory for bytes on their way to the disk is taken and given back. */
export const BLOCK_BYTES = 64 * 1024;

/** Free blocks that are kept for the next burst: as much as one spill may have on its way. */
const MAX_FREE_BLOCKS = 32;

/**
 * Blocks of memory that are used again and again. Without it each byte that passes would leave garbage behind outside of
 * the heap, of which V8 lets tens of megabytes pile up.
 */
export class BlockPool {
  readonly #free: Buffer[] = [];

  /** How many blocks lie here unused. */
  get freeBlocks(): number {
    return this.#free.length;
  }

  /** A block with whatever its last user left in it. */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
  }

  /** Takes a block back that nobody reads or writes any more. */
  give(block: Buffer): void {
    if (this.#free.length < MAX_FREE_BLOCKS) this.#free.push(block);
  }
}
