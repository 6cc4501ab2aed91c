import type { LogSpill } from '../log/log-spill.js';

/** A spill in memory that refuses, gives back and fails when a test says so. */
export class MemorySpill implements LogSpill {
  isRefusing = false;
  failures = 0;
  isClosed = false;
  start = 0;
  readonly #onRoom: () => void;
  readonly #capacity: number;
  #bytes: Buffer = Buffer.alloc(0);
  #delivered = 0;
  #wasRefused = false;

  constructor(onRoom: () => void, capacity: number = Number.POSITIVE_INFINITY) {
    this.#onRoom = onRoom;
    this.#capacity = capacity;
  }

  get end(): number {
    return this.#bytes.length;
  }

  append(bytes: Uint8Array): number | undefined {
    if (this.isClosed) return undefined;
    if (this.end - this.start + bytes.length > this.#capacity) this.reclaim();
    if (this.isRefusing || this.end - this.start + bytes.length > this.#capacity) {
      this.#wasRefused = true;
      return undefined;
    }
    const at = this.end;
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    return at;
  }

  async read(offset: number, into: Uint8Array): Promise<boolean> {
    if (offset + into.length > this.end) throw new RangeError('never appended');
    await new Promise((resolve) => setImmediate(resolve));
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('the disk failed');
    }
    if (this.isClosed || offset < this.start) return false;
    into.set(this.#bytes.subarray(offset, offset + into.length));
    return true;
  }

  delivered(offset: number): void {
    this.#delivered = Math.max(this.#delivered, offset);
  }

  discardBefore(offset: number): void {
    if (offset <= this.start) return;
    // What is gone must not be readable by luck.
    this.#bytes.fill(0xff, this.start, offset);
    this.start = offset;
  }

  /** Gives back what was delivered, as when another process needs room. */
  reclaim(): void {
    this.discardBefore(this.#delivered);
  }

  /** There may be room again. */
  tellRoom(): void {
    this.isRefusing = false;
    if (!this.#wasRefused) return;
    this.#wasRefused = false;
    this.#onRoom();
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}
