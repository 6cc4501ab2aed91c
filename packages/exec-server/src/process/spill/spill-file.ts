import { AHEAD_BYTES } from '@holdfast/exec-protocol';
import type { Timer } from '../../clock.js';
import type { SpillAccount } from './spill-budget.js';
import { SpillSegment } from './spill-segment.js';
import type { SpillStore } from './spill-store.js';
import { WriteQueue } from './write-queue.js';

/** What may wait for the disk, beyond which the child has to: what waited in memory before, and as much again. */
const QUEUE_BYTES = 2 * AHEAD_BYTES;

const RETRY_MS = 1000;

/**
 * Output of one process that fits into no memory: appended at the end, read by offset, given back from the start.
 *
 * Appending never waits: bytes are copied into a queue and written in the background, many at once, and can be read from the
 * queue meanwhile. A disk that is full or broken lets the queue fill up, and then appends are refused; nothing that was accepted
 * is lost, and writing is tried again until it works.
 */
export class SpillFile {
  readonly #store: SpillStore;
  readonly #account: SpillAccount;
  readonly #onRoom: () => void;
  /** Stands for reading where failures are told. */
  readonly #reads = {};
  readonly #segments = new Map<number, SpillSegment>();
  /** What is not on the disk yet, from `#written` on. */
  readonly #queue: WriteQueue;
  #start = 0;
  #written = 0;
  #end = 0;
  #delivered = 0;
  #discarded = 0;
  #writing: Promise<void> | undefined;
  #retry: Timer | undefined;
  #wasRefused = false;
  #isClosed = false;

  constructor(store: SpillStore, onRoom: () => void) {
    this.#store = store;
    this.#queue = new WriteQueue(store.blocks);
    this.#onRoom = onRoom;
    this.#account = store.budget.open({
      reclaim: () => {
        this.#dropBefore(this.#delivered);
      },
      onRoom,
    });
  }

  /** The lowest offset that can still be read; `end` when there is none. */
  get start(): number {
    return this.#start;
  }

  /** The offset that the next bytes will get. */
  get end(): number {
    return this.#end;
  }

  /** Bytes that count against the limits, because they lie on the disk or are on their way. */
  get heldBytes(): number {
    return this.#account.heldBytes;
  }

  /**
   * Copies bytes and returns their offset. Returns undefined, having taken nothing, when there is no room: in the budget, on
   * the disk, or because the disk is slow. `onRoom` is called when there may be again.
   */
  append(bytes: Uint8Array): number | undefined {
    if (this.#isClosed) return undefined;
    if (bytes.length === 0) return this.#end;
    if (this.#queue.length > 0 && this.#queue.length + bytes.length > QUEUE_BYTES) {
      this.#wasRefused = true;
      return undefined;
    }
    if (!this.#account.reserve(bytes.length)) return undefined;
    const offset = this.#end;
    this.#end += bytes.length;
    this.#queue.push(bytes);
    this.#write();
    return offset;
  }

  /**
   * Fills `into`, which is its own until it settles, with what was appended at `offset`. False when some of that has been
   * given back, before or meanwhile.
   * @throws RangeError for bytes that were never appended; Error from the system when the disk fails.
   */
  async read(offset: number, into: Uint8Array): Promise<boolean> {
    if (offset + into.length > this.#end) throw new RangeError(`the spill ends at ${this.#end}`);
    for (let at = 0; at < into.length; ) {
      if (this.#isClosed || offset + at < this.#start) return false;
      at += await this.#readPiece(offset + at, into.subarray(at));
    }
    return true;
  }

  /** What lies before `offset` was delivered: it stays readable, and goes when there is need of room. */
  delivered(offset: number): void {
    this.#delivered = Math.max(this.#delivered, Math.min(offset, this.#end));
    // Who was refused does not ask again by itself.
    if (this.#account.isRoomWanted) this.#dropBefore(this.#delivered);
  }

  /** Nobody will read what lies before `offset`: whole segments of it are given back, or all when nothing follows. */
  discardBefore(offset: number): void {
    this.#discarded = Math.max(this.#discarded, Math.min(offset, this.#end));
    this.#dropBefore(this.#discarded);
  }

  /** Gives everything back; settles when the last write has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#retry?.cancel();
    this.#store.worked(this);
    this.#store.worked(this.#reads);
    this.#account.close();
    await this.#writing;
    this.#queue.drop(this.#queue.length);
    for (const segment of this.#segments.values()) segment.drop();
    this.#segments.clear();
    this.#store.closed(this);
  }

  async #readPiece(offset: number, into: Uint8Array): Promise<number> {
    if (offset >= this.#written) return this.#queue.copy(offset - this.#written, into);
    const { segmentBytes } = this.#store;
    const index = Math.floor(offset / segmentBytes);
    const segment = this.#segments.get(index);
    if (segment === undefined) throw new Error(`segment ${index} of a spill is missing`);
    const until = Math.min((index + 1) * segmentBytes, this.#written);
    try {
      const read = await segment.read(into.subarray(0, until - offset), offset - index * segmentBytes);
      this.#store.worked(this.#reads);
      return read;
    } catch (error) {
      if (!this.#isClosed) this.#store.failed(this.#reads, error);
      throw error;
    }
  }

  #write(): void {
    if (this.#retry !== undefined) return;
    this.#writing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0 && !this.#isClosed) await this.#writeBatch();
    } catch (error) {
      this.#retryLater(error);
    } finally {
      // Here and not in a callback: an append right after the last write must find no writer.
      this.#writing = undefined;
    }
  }

  async #writeBatch(): Promise<void> {
    const { segmentBytes } = this.#store;
    const index = Math.floor(this.#written / segmentBytes);
    const segment = await this.#segment(index);
    const position = this.#written - index * segmentBytes;
    const taken = await segment.write(this.#queue.first(segmentBytes - position), position);
    if (this.#isClosed) return;
    this.#store.worked(this);
    this.#written += taken;
    this.#queue.drop(taken);
    this.#dropBefore(this.#discarded);
    this.#tellRoom();
  }

  async #segment(index: number): Promise<SpillSegment> {
    const known = this.#segments.get(index);
    if (known !== undefined) return known;
    const segment = new SpillSegment(await this.#store.openSegment());
    this.#segments.set(index, segment);
    return segment;
  }

  #retryLater(error: unknown): void {
    if (this.#isClosed) return;
    this.#store.failed(this, error);
    this.#retry = this.#store.clock.after(RETRY_MS, () => {
      this.#retry = undefined;
      this.#write();
    });
  }

  #tellRoom(): void {
    if (!this.#wasRefused || this.#queue.length > QUEUE_BYTES / 2) return;
    this.#wasRefused = false;
    this.#onRoom();
  }

  /** Segments are dropped whole; the one that is written to only when nothing in it is wanted or on its way. */
  #dropBefore(offset: number): void {
    const { segmentBytes } = this.#store;
    const isAll = offset >= this.#end && this.#queue.length === 0;
    const start = isAll
      ? this.#end
      : Math.floor(Math.min(offset, this.#written) / segmentBytes) * segmentBytes;
    if (start <= this.#start || this.#isClosed) return;
    for (const [index, segment] of this.#segments) {
      if (!isAll && (index + 1) * segmentBytes > start) continue;
      segment.drop();
      this.#segments.delete(index);
    }
    this.#account.release(start - this.#start);
    this.#start = start;
  }
}
