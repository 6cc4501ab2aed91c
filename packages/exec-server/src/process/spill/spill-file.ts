import type { Timer } from '../../clock.js';
import type { SpillAccount } from './spill-budget.js';
import { SpillSegment } from './spill-segment.js';
import type { SpillStore } from './spill-store.js';

/** What may wait for the disk; beyond it the child has to wait. */
const QUEUE_BYTES = 1024 * 1024;

/** The system takes no more buffers in one call. */
const BATCH_BUFFERS = 1024;

const RETRY_MS = 1000;

/**
 * Output of one process that fits into no memory: appended at the end, read by offset, given back from the start.
 *
 * Appending never waits: bytes are queued and written in the background, many at once, and can be read from the queue
 * meanwhile. A disk that is full or broken lets the queue fill up, and then appends are refused; nothing that was accepted
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
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
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
   * Takes bytes, which must not change any more, and returns their offset. Returns undefined, having taken nothing, when
   * there is no room: in the budget, on the disk, or because the disk is slow. `onRoom` is called when there may be again.
   */
  append(bytes: Uint8Array): number | undefined {
    if (this.#isClosed) return undefined;
    if (bytes.length === 0) return this.#end;
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes.length > QUEUE_BYTES) {
      this.#wasRefused = true;
      return undefined;
    }
    if (!this.#account.reserve(bytes.length)) return undefined;
    const offset = this.#end;
    this.#end += bytes.length;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#write();
    return offset;
  }

  /**
   * Reads what was appended; undefined when some of it has been given back, before or meanwhile.
   * @throws RangeError for bytes that were never appended; Error from the system when the disk fails.
   */
  async read(offset: number, length: number): Promise<Uint8Array | undefined> {
    if (offset + length > this.#end) throw new RangeError(`the spill ends at ${this.#end}`);
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let at = 0; at < length; ) {
      if (this.#isClosed || offset + at < this.#start) return undefined;
      at += await this.#readPiece(offset + at, bytes.subarray(at));
    }
    return bytes;
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
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#account.close();
    await this.#writing;
    for (const segment of this.#segments.values()) segment.drop();
    this.#segments.clear();
    this.#store.closed(this);
  }

  async #readPiece(offset: number, into: Uint8Array): Promise<number> {
    if (offset >= this.#written) return copyAt(this.#queue, offset - this.#written, into);
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
      while (this.#queuedBytes > 0) await this.#writeBatch();
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
    const batch = firstBytes(this.#queue.slice(0, BATCH_BUFFERS), segmentBytes - position);
    if (batch.length === 0) return;
    const taken = await segment.write(batch, position);
    if (this.#isClosed) return;
    this.#store.worked(this);
    this.#written += taken;
    this.#queuedBytes -= taken;
    this.#queue = afterBytes(this.#queue, taken);
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
    if (!this.#wasRefused || this.#queuedBytes > QUEUE_BYTES / 2) return;
    this.#wasRefused = false;
    this.#onRoom();
  }

  /** Segments are dropped whole; the one that is written to only when nothing in it is wanted or on its way. */
  #dropBefore(offset: number): void {
    const { segmentBytes } = this.#store;
    const isAll = offset >= this.#end && this.#queuedBytes === 0;
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

function copyAt(queue: readonly Uint8Array[], offset: number, into: Uint8Array): number {
  let skip = offset;
  let copied = 0;
  for (const bytes of queue) {
    if (copied === into.length) break;
    const part = bytes.subarray(skip, skip + into.length - copied);
    skip = Math.max(0, skip - bytes.length);
    into.set(part, copied);
    copied += part.length;
  }
  return copied;
}

function firstBytes(queue: readonly Uint8Array[], limit: number): Uint8Array[] {
  const first: Uint8Array[] = [];
  let left = limit;
  for (const bytes of queue) {
    if (left === 0) break;
    const part = bytes.subarray(0, left);
    first.push(part);
    left -= part.length;
  }
  return first;
}

function afterBytes(queue: readonly Uint8Array[], count: number): Uint8Array[] {
  let left = count;
  let at = 0;
  for (let bytes = queue[at]; bytes !== undefined && bytes.length <= left; bytes = queue[at]) {
    left -= bytes.length;
    at += 1;
  }
  const rest = queue.slice(at);
  const head = rest[0];
  if (head !== undefined && left > 0) rest[0] = head.subarray(left);
  return rest;
}
