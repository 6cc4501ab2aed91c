import { MAX_CHUNK_BYTES } from '@holdfast/exec-protocol';

/** Joins small pieces without copying what was joined before each time. */
export class PieceJoiner {
  #buffer = Buffer.alloc(0);

  /**
   * One piece of both. `head` may be the start of the result, so nobody may hold on to it but to what it says; the result
   * is never written to once another head is given.
   */
  join(head: Uint8Array, tail: Uint8Array): Uint8Array {
    const length = head.length + tail.length;
    const isGrowing = head.buffer === this.#buffer.buffer && length <= this.#buffer.length;
    if (!isGrowing) {
      // A buffer of its own, so that its start is the head's and nothing else lies in it.
      this.#buffer = Buffer.allocUnsafeSlow(Math.max(length, Math.min(2 * length, MAX_CHUNK_BYTES)));
      this.#buffer.set(head);
    }
    this.#buffer.set(tail, head.length);
    return this.#buffer.subarray(0, length);
  }
}
