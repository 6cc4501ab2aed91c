import { setImmediate as turn } from 'node:timers/promises';
import { MAX_WINDOW_BYTES } from '@holdfast/exec-protocol';
import { expect } from 'vitest';
import { type GapEvent, PushCursor } from '../follow/push-cursor.js';
import { EventLog } from '../log/event-log.js';
import type { LogEvent } from '../log/log-entry.js';
import type { OutputStream } from '../spawn/child.js';
import { MemorySpill } from './memory-spill.js';
import { readPage, type WholePage } from './whole-page.js';

const KIB = 1024;
const RETAINED_BYTES = 32 * KIB;
const AHEAD_BYTES = 32 * KIB;
const LARGEST_APPEND_BYTES = 48 * KIB;
const SPILL_BYTES = 256 * KIB;

// Each byte says where it stands, so that a swap is seen; 255 is what a spill holds that was given back.
const PATTERN = Uint8Array.from({ length: 4 * KIB * KIB }, (_, at) => valueAt(at));

/** What happened in worlds, so that a test can see that it has tried something. */
export const happened = { spilled: 0, loads: 0, gaps: 0, refusals: 0, reclaimed: 0 };

/** A log with an owner, a viewer and readers, beside a plain list of what was appended. */
export class LogWorld {
  readonly log: EventLog;
  readonly #spill: { current: MemorySpill | undefined; isRefusing: boolean } = {
    current: undefined,
    isRefusing: false,
  };
  /** Every byte that was appended, and the stream of each. */
  #model: Buffer = Buffer.alloc(0);
  #streams: Buffer = Buffer.alloc(0);
  readonly #owner: PushCursor;
  readonly #viewer: PushCursor;
  readonly #hasWindow: boolean;
  readonly #reads: Promise<void>[] = [];
  #pushed: LogEvent[] = [];
  #viewed: (LogEvent | GapEvent)[] = [];
  #ownerBytes = 0;
  #takenBytes = 0;
  #viewerBytes = 0;
  #viewerSeq = 0;

  constructor(windowBytes: number | undefined) {
    this.#hasWindow = windowBytes !== undefined;
    this.log = new EventLog({
      aheadBytes: AHEAD_BYTES,
      retainedBytes: RETAINED_BYTES,
      fetchBytes: 60 * KIB,
      openSpill: (onRoom) => {
        this.#spill.current = new MemorySpill(onRoom, SPILL_BYTES);
        this.#spill.current.isRefusing = this.#spill.isRefusing;
        return this.#spill.current;
      },
    });
    const onLoaded = (): void => {
      happened.loads += 1;
    };
    this.#owner = new PushCursor(this.log, { windowBytes, isOwner: true, onLoaded });
    this.#viewer = new PushCursor(this.log, { windowBytes: undefined, isOwner: false });
  }

  append(stream: OutputStream, size: number): void {
    const start = this.#model.length;
    const bytes = Buffer.from(PATTERN.subarray(start, start + size));
    this.#model = Buffer.concat([this.#model, bytes]);
    this.#streams = Buffer.concat([this.#streams, Buffer.alloc(size, stream === 'stdout' ? 1 : 2)]);
    this.log.appendOutput(stream, bytes);
    // As the buffer that pipes are read into.
    bytes.fill(0xff);
    if (this.log.isFull) happened.refusals += 1;
  }

  resize(): void {
    this.log.appendResized({ rows: 1, cols: 1 });
  }

  push(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      const event = this.#owner.take();
      if (event === undefined) return;
      if (event.type === 'gap') throw new Error('the owner was given a gap');
      expect(event.seq).toBe((this.#pushed.at(-1)?.seq ?? 0) + 1);
      this.#pushed.push(event);
      this.#ownerBytes = this.#compare(event, this.#ownerBytes);
      if (!this.#hasWindow) this.#takenBytes = this.#ownerBytes;
    }
  }

  acknowledge(back: number, windowBytes: number): void {
    if (!this.#hasWindow) return;
    const seq = (this.#pushed.at(-1)?.seq ?? 0) - back;
    const before = this.#pushed.filter((event) => event.seq <= seq);
    const last = before.at(-1);
    if (last !== undefined) {
      const end = last.offset + (last.type === 'output' ? last.bytes.length : 0);
      this.#takenBytes = Math.max(this.#takenBytes, end);
    }
    this.#owner.acknowledge(seq, windowBytes);
  }

  view(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      const event = this.#viewer.take();
      if (event === undefined) return;
      this.#viewed.push(event);
      if (event.type === 'gap') {
        happened.gaps += 1;
        expect(event.fromSeq).toBe(this.#viewerSeq + 1);
        this.#viewerSeq = event.toSeq;
        this.#viewerBytes += event.bytes;
        expect(this.#viewerBytes).toBeLessThanOrEqual(this.#takenBytes);
      } else {
        expect(event.seq).toBe(this.#viewerSeq + 1);
        this.#viewerSeq = event.seq;
        this.#viewerBytes = this.#compare(event, this.#viewerBytes);
      }
    }
  }

  read(afterSeq: number, maxBytes: number | undefined): void {
    this.#reads.push(
      readPage(this.log, afterSeq, maxBytes).then((page) => {
        this.#checkPage(page, afterSeq, maxBytes);
      }),
    );
  }

  refuse(isRefusing: boolean): void {
    this.#spill.isRefusing = isRefusing;
    if (this.#spill.current !== undefined) this.#spill.current.isRefusing = isRefusing;
    if (!isRefusing) this.#spill.current?.tellRoom();
  }

  reclaim(): void {
    const before = this.#spill.current?.start;
    this.#spill.current?.reclaim();
    if (before !== this.#spill.current?.start) happened.reclaimed += 1;
  }

  /** What has to hold at every moment. */
  check(): void {
    const first = this.log.peek(0);
    const firstOffset = first?.offset ?? this.#model.length;
    // Whatever the owner has not taken, and the newest output, is there.
    expect(firstOffset).toBeLessThanOrEqual(this.#takenBytes);
    expect(firstOffset).toBeLessThanOrEqual(Math.max(0, this.#model.length - RETAINED_BYTES));
    let [offset, seq, resident] = [firstOffset, this.log.firstSeq, 0];
    for (let entry = this.log.peek(0); entry !== undefined; entry = this.log.peek(entry.seq)) {
      expect([entry.seq, entry.offset]).toEqual([seq, offset]);
      seq += 1;
      if (entry.type !== 'output') continue;
      offset += entry.length;
      if (typeof entry.at === 'number') happened.spilled += 1;
      else resident += entry.length;
    }
    expect([seq, offset, this.log.residentBytes]).toEqual([this.log.nextSeq, this.#model.length, resident]);
    expect(this.log.aheadBytes).toBe(this.#model.length - this.#ownerBytes);
    // A log that is not full holds little in memory.
    const unacknowledged = this.#ownerBytes - this.#takenBytes;
    if (!this.log.isFull) {
      const most = RETAINED_BYTES + AHEAD_BYTES + unacknowledged + 2 * LARGEST_APPEND_BYTES;
      expect(this.log.residentBytes).toBeLessThanOrEqual(most);
    }
  }

  /** Everything that was held back goes its way, and then nothing may be missing anywhere. */
  async finish(): Promise<void> {
    this.log.appendExited(0, null);
    this.log.appendClosed();
    this.#spill.current?.tellRoom();
    for (let idle = 0; idle < 10 && !this.#owner.isDone; ) {
      const before = this.#pushed.length;
      // So much that the end of the process never overtakes its output.
      this.#owner.acknowledge(this.#pushed.at(-1)?.seq ?? 0, MAX_WINDOW_BYTES);
      if (this.#hasWindow) this.#takenBytes = this.#ownerBytes;
      this.push(1000);
      this.view(3);
      await turn();
      idle = this.#pushed.length > before ? 0 : idle + 1;
    }
    await Promise.all(this.#reads);
    expect(this.#ownerBytes).toBe(this.#model.length);
    expect(this.#owner.isDone).toBe(true);
    expect(this.log.isFull).toBe(false);
    expect(this.log.hasRoom).toBe(true);
    for (let left = 30; left > 0 && !this.#viewer.isDone; left -= 1) {
      this.view(1000);
      await turn();
    }
    expect(this.#viewerBytes).toBe(this.#model.length);
    this.check();
    const first = this.log.peek(0);
    const page = await readPage(this.log, 0, undefined);
    this.#checkPage(page, 0, undefined);
    expect(page.nextSeq).toBe(this.log.nextSeq);
    expect(page.chunks[0]?.seq).toBe(this.#readable(first?.seq ?? 0));
  }

  #readable(seq: number): number | undefined {
    let entry = this.log.peek(seq - 1);
    while (entry !== undefined && entry.type !== 'output' && entry.type !== 'resized') {
      entry = this.log.peek(entry.seq);
    }
    return entry?.seq;
  }

  #checkPage(page: WholePage, afterSeq: number, maxBytes: number | undefined): void {
    let previous: WholePage['chunks'][number] | undefined;
    let total = 0;
    for (const chunk of page.chunks) {
      expect(chunk.seq).toBeGreaterThan(afterSeq);
      if (chunk.type === 'output') total += chunk.bytes.length;
      this.#compare(chunk, chunk.offset);
      // Numbers that are missing in between belong to the end of the process.
      if (previous !== undefined) {
        const end = previous.offset + (previous.type === 'output' ? previous.bytes.length : 0);
        expect(chunk.offset).toBe(end);
      }
      previous = chunk;
    }
    if (maxBytes !== undefined && page.chunks.length > 1) expect(total).toBeLessThanOrEqual(maxBytes);
    if (maxBytes !== undefined && previous !== undefined) expect(page.nextSeq).toBe(previous.seq + 1);
  }

  /** @returns the offset after the event, which has to begin at `offset` and carry the bytes of there. */
  #compare(event: LogEvent, offset: number): number {
    expect(event.offset).toBe(offset);
    if (event.type !== 'output') return offset;
    const end = offset + event.bytes.length;
    expect(this.#model.subarray(offset, end).equals(event.bytes)).toBe(true);
    expect(
      this.#streams
        .subarray(offset, end)
        .equals(Buffer.alloc(event.bytes.length, event.stream === 'stdout' ? 1 : 2)),
    ).toBe(true);
    return end;
  }
}

function valueAt(offset: number): number {
  return (offset * 7 + Math.floor(offset / 251) + Math.floor(offset / 65_521)) % 255;
}
