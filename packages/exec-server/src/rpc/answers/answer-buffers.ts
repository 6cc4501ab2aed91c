import { ANSWER_MEMORY_BYTES } from '@holdfast/exec-protocol';
import type { Clock, Timer } from '../../clock.js';

/** How long a buffer that nobody needs is kept for the next answer. */
const KEEP_MS = 10_000;

/** Buffers are made so large in steps, so that one answer fits where another one was. */
const STEP_BYTES = 64 * 1024;

/** A place to write an answer to. */
export interface AnswerBuffer {
  readonly bytes: Uint8Array;
  /** The answer has left or will not be sent; may be called again. */
  release(): void;
}

/**
 * The memory in which answers to reads are put together, for all connections of a server. The largest buffer that comes
 * back is used again: gigabytes that are read page by page leave no garbage of their size.
 */
export class AnswerBuffers {
  readonly #clock: Clock;
  readonly #limitBytes: number;
  #free: Buffer | undefined;
  #heldBytes = 0;
  #forget: Timer | undefined;
  #isClosed = false;

  constructor(clock: Clock, limitBytes: number = ANSWER_MEMORY_BYTES) {
    this.#clock = clock;
    this.#limitBytes = limitBytes;
  }

  /** Bytes of answers that have not left. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Whether so much is held that answers should be small. */
  get isScarce(): boolean {
    return this.#heldBytes > this.#limitBytes;
  }

  /** A buffer of at least `length` bytes, with whatever its last user left in it. */
  take(length: number): AnswerBuffer {
    const free = this.#free !== undefined && this.#free.length >= length ? this.#free : undefined;
    if (free !== undefined) this.#free = undefined;
    const bytes = free ?? Buffer.allocUnsafeSlow(Math.ceil(length / STEP_BYTES) * STEP_BYTES);
    this.#heldBytes += bytes.length;
    let isReleased = false;
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      this.#heldBytes -= bytes.length;
      this.#keep(bytes);
    };
    return { bytes, release };
  }

  /** Keeps nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#free = undefined;
    this.#forget?.cancel();
  }

  #keep(bytes: Buffer): void {
    if (this.#isClosed) return;
    if (this.#free === undefined || this.#free.length < bytes.length) this.#free = bytes;
    this.#forget?.cancel();
    this.#forget = this.#clock.after(KEEP_MS, () => {
      this.#free = undefined;
    });
  }
}
