import { MAX_CHUNK_BYTES } from '@holdfast/exec-protocol';

/** Joins small pieces without copying what was joined before each time, and without a new buffer for each where it can. */
export class PieceJoiner {
  #buffer = Buffer.alloc(0);
  #isFree = true;

  /** A copy of a piece, with room behind it for what joins it. */
  hold(piece: Uint8Array): Uint8Array {
    this.#begin(piece, MAX_CHUNK_BYTES);
    return this.#buffer.subarray(0, piece.length);
  }

  /**
   * One piece of both. `head` may be the start of the result, so nobody may hold on to it but to what it says; the result
   * is never written to once another head is given, unless it was released.
   */
  join(head: Uint8Array, tail: Uint8Array): Uint8Array {
    const length = head.length + tail.length;
    const isGrowing = head.buffer === this.#buffer.buffer && length <= this.#buffer.length;
    if (!isGrowing) this.#begin(head, Math.max(length, Math.min(2 * length, MAX_CHUNK_BYTES)));
    this.#buffer.set(tail, head.length);
    return this.#buffer.subarray(0, length);
  }

  /** Nobody holds `piece` any more: its place may be used for another. */
  release(piece: Uint8Array): void {
    if (piece.buffer === this.#buffer.buffer) this.#isFree = true;
  }

  #begin(head: Uint8Array, room: number): void {
    // A buffer of its own, so that its start is the head's and nothing else lies in it.
    if (!this.#isFree || this.#buffer.length < room) this.#buffer = Buffer.allocUnsafeSlow(room);
    this.#isFree = false;
    this.#buffer.set(head);
  }
}
