import type { TransportClosed } from '@holdfast/exec-protocol';
import type { Machine } from '../time/virtual-time.js';

/** What a pipe tells those at its ends. */
export interface PipeEnds {
  /** At the sender: bytes that waited have left. */
  onDrain(): void;
  /** At the receiver. */
  onBytes(bytes: Uint8Array): void;
  /** At the receiver, once and last. */
  onEnd(closed: TransportClosed): void;
}

/** How a pipe carries. */
export interface PipeOptions {
  readonly latencyMs: number;
  /** What may be under way; the rest waits at the sender. */
  readonly capacityBytes: number;
  /** The largest piece that arrives at once. */
  readonly segmentBytes: number;
}

type Item =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'end'; readonly closed: TransportClosed };

const BROKEN: TransportClosed = { code: 1006, reason: 'connection reset' };

/** One direction of a connection: bytes in order, some of them under way. */
export class Pipe {
  readonly #receiver: Machine;
  readonly #sender: Machine;
  readonly #ends: PipeEnds;
  readonly #options: PipeOptions;
  /** At the sender. */
  #waiting: Item[] = [];
  #waitingBytes = 0;
  #isFlushing = false;
  /** Between both. */
  #underWayBytes = 0;
  #lastArrivalMs = 0;
  #lagMs = 0;
  #bytesPerMs = Infinity;
  /** At the receiver, but not taken: the network stalls, or nobody reads. */
  #arrived: Item[] = [];
  #stalls = 0;
  #isPaused = false;
  #isHandingOver = false;
  #deliveredBytes = 0;
  #cut: { readonly at: number; readonly run: () => void } | undefined;
  #isDead = false;

  constructor(sender: Machine, receiver: Machine, ends: PipeEnds, options: PipeOptions) {
    this.#sender = sender;
    this.#receiver = receiver;
    this.#ends = ends;
    this.#options = options;
  }

  /** Bytes that have not left the sender. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  send(bytes: Uint8Array): void {
    this.#waitingBytes += bytes.length;
    this.#queue({ type: 'bytes', bytes });
  }

  /** The end of the stream, after everything that was sent. */
  end(closed: TransportClosed): void {
    this.#queue({ type: 'end', closed });
  }

  /** The sender has gone: what has not left is lost. */
  reset(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#queue({ type: 'end', closed: BROKEN });
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#receiver.nextTurn(() => {
      this.#handOver();
    });
  }

  /** Nothing arrives until as many calls of the returned function as of this one; nothing is lost. */
  stall(): () => void {
    this.#stalls += 1;
    return () => {
      this.#stalls -= 1;
      this.#handOver();
    };
  }

  /** Carries no faster than this from now on. */
  limitRate(bytesPerMs: number): void {
    this.#bytesPerMs = bytesPerMs;
  }

  /** Adds to the latency of what leaves from now on. */
  addLag(lagMs: number): void {
    this.#lagMs += lagMs;
  }

  /** Calls `run` once exactly so many bytes have arrived. */
  cutAt(bytes: number, run: () => void): void {
    this.#cut = { at: bytes, run };
  }

  /** Nothing arrives any more. Nobody is told. */
  kill(): void {
    this.#isDead = true;
    this.#arrived = [];
  }

  #queue(item: Item): void {
    this.#waiting.push(item);
    if (this.#isFlushing) return;
    // What is sent in one turn leaves together.
    this.#isFlushing = true;
    this.#sender.nextTurn(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const { capacityBytes, segmentBytes } = this.#options;
    const before = this.#waitingBytes;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (first.type === 'end') {
        this.#waiting.shift();
        this.#depart(first, 0);
        continue;
      }
      const room = Math.min(segmentBytes, capacityBytes - this.#underWayBytes);
      if (room <= 0) break;
      const bytes = this.#takeWaiting(room);
      this.#depart({ type: 'bytes', bytes }, bytes.length);
    }
    if (this.#waitingBytes < before && before > 0) this.#ends.onDrain();
  }

  /** As much as may go at once, out of as many messages as it takes. */
  #takeWaiting(room: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (let first = this.#waiting[0]; first?.type === 'bytes' && length < room; first = this.#waiting[0]) {
      const part = first.bytes.subarray(0, room - length);
      parts.push(part);
      length += part.length;
      if (part.length === first.bytes.length) this.#waiting.shift();
      else this.#waiting[0] = { type: 'bytes', bytes: first.bytes.subarray(part.length) };
    }
    this.#waitingBytes -= length;
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts, length);
  }

  #depart(item: Item, length: number): void {
    this.#underWayBytes += length;
    const now = this.#sender.now();
    const slowMs = Math.ceil(length / this.#bytesPerMs);
    const earliest = now + this.#options.latencyMs + this.#lagMs;
    this.#lastArrivalMs = Math.max(earliest, this.#lastArrivalMs) + slowMs;
    this.#receiver.input(this.#lastArrivalMs - now, () => {
      if (this.#isDead) return;
      this.#arrived.push(item);
      this.#handOver();
    });
  }

  #handOver(): void {
    if (this.#isHandingOver) return;
    this.#isHandingOver = true;
    while (this.#stalls === 0 && !this.#isPaused && !this.#isDead) {
      const item = this.#arrived.shift();
      if (item === undefined) break;
      if (item.type === 'end') this.#ends.onEnd(item.closed);
      else this.#deliver(item.bytes);
    }
    this.#isHandingOver = false;
  }

  #deliver(bytes: Uint8Array): void {
    const cut = this.#cut;
    const room = cut === undefined ? Infinity : cut.at - this.#deliveredBytes;
    const taken = bytes.subarray(0, room);
    this.#deliveredBytes += taken.length;
    this.#underWayBytes -= bytes.length;
    if (taken.length > 0) this.#ends.onBytes(taken);
    if (cut !== undefined && bytes.length >= room) {
      this.#cut = undefined;
      cut.run();
    } else if (this.#waiting.length > 0) {
      this.#sender.nextTurn(() => {
        this.#flush();
      });
    }
  }
}
