import { BLOCK_BYTES, type BlockPool } from './block-pool.js';

/** Bytes on their way to a file, in order: copied in at the end, written and forgotten from the start. */
export class WriteQueue {
  readonly #pool: BlockPool;
  #blocks: Buffer[] = [];
  /** Where the first byte lies in the first block. */
  #head = 0;
  #length = 0;

  constructor(pool: BlockPool) {
    this.#pool = pool;
  }

  get length(): number {
    return this.#length;
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const end = this.#head + this.#length;
      const block = (this.#blocks[Math.floor(end / BLOCK_BYTES)] ??= this.#pool.take());
      const from = end % BLOCK_BYTES;
      const part = bytes.subarray(at, at + BLOCK_BYTES - from);
      block.set(part, from);
      at += part.length;
      this.#length += part.length;
    }
  }

  /** The first bytes, at most `limit`, where they lie. They stay there until they are dropped. */
  first(limit: number): Uint8Array[] {
    return this.#views(0, Math.min(limit, this.#length));
  }

  /** Copies what lies behind the first `offset` bytes, as much as there is. @returns how many bytes that is. */
  copy(offset: number, into: Uint8Array): number {
    let copied = 0;
    for (const part of this.#views(offset, Math.min(into.length, this.#length - offset))) {
      into.set(part, copied);
      copied += part.length;
    }
    return copied;
  }

  /** Forgets the first `count` bytes; their place is used for others. */
  drop(count: number): void {
    this.#length -= count;
    this.#head += count;
    const done = this.#length === 0 ? this.#blocks.length : Math.floor(this.#head / BLOCK_BYTES);
    for (const block of this.#blocks.splice(0, done)) this.#pool.give(block);
    this.#head = this.#length === 0 ? 0 : this.#head - done * BLOCK_BYTES;
  }

  #views(offset: number, length: number): Uint8Array[] {
    const views: Uint8Array[] = [];
    const end = this.#head + offset + length;
    for (let at = this.#head + offset; at < end; ) {
      const index = Math.floor(at / BLOCK_BYTES);
      const until = Math.min(end, (index + 1) * BLOCK_BYTES);
      const block = this.#blocks[index];
      if (block !== undefined)
        views.push(block.subarray(at - index * BLOCK_BYTES, until - index * BLOCK_BYTES));
      at = until;
    }
    return views;
  }
}
