import type { Socket } from 'node:net';

/** How fast a direction carries bytes. A stall neither reads nor writes, so that the kernel's buffers fill up behind it. */
export type Pace =
  | { readonly kind: 'pass' }
  | { readonly kind: 'stall' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMs: number };

/** What a relay holds before it stops to read; a delay needs room for what is under way. */
const QUEUE_BYTES = 1024 * 1024;

interface Piece {
  readonly bytes: Buffer;
  readonly arrivedAt: number;
}

/**
 * One direction of a link. Bytes are handed on in order and one write at a time, so that nothing leaves after a cut or in a
 * stall but what the kernel already has. An end of input is handed on behind the bytes before it.
 */
export class FaultRelay {
  readonly #from: Socket;
  readonly #to: Socket;
  #pace: Pace = { kind: 'pass' };
  #queue: Piece[] = [];
  #queuedBytes = 0;
  #bytes = 0;
  #cut: { readonly at: number; readonly run: () => void } | undefined;
  #dripsAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #isWriting = false;
  #hasEnded = false;
  #isFinished = false;

  constructor(from: Socket, to: Socket) {
    this.#from = from;
    this.#to = to;
    from.on('data', (bytes: Buffer) => {
      this.#take(bytes);
    });
    from.once('end', () => {
      this.#hasEnded = true;
      this.#pump();
    });
    from.pause();
  }

  /** How many bytes have been handed on. */
  get bytes(): number {
    return this.#bytes;
  }

  get isStalled(): boolean {
    return this.#pace.kind === 'stall';
  }

  set pace(pace: Pace) {
    this.#pace = pace;
    this.#dripsAt = performance.now();
    this.#pump();
  }

  /** Does something as soon as that many more bytes were handed on, and before the next one is. */
  cutAfter(bytes: number, run: () => void): void {
    this.#cut = { at: this.#bytes + bytes, run };
    this.#pump();
  }

  /** Ends the output now; what waits or comes later is thrown away. */
  finish(): void {
    this.#isFinished = true;
    this.#drop();
    this.#to.end();
    this.#pump();
  }

  /** Lets go of everything; the sockets are the owner's to end. */
  dispose(): void {
    clearTimeout(this.#timer);
    this.#isFinished = true;
    this.#drop();
  }

  #take(bytes: Buffer): void {
    if (this.#isFinished) return;
    this.#queue.push({ bytes, arrivedAt: performance.now() });
    this.#queuedBytes += bytes.length;
    this.#pump();
  }

  #drop(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  #pump(): void {
    clearTimeout(this.#timer);
    this.#readOrNot();
    if (this.#isWriting || this.isStalled) return;
    if (this.#isDueForCut()) {
      const { run } = this.#cut ?? {};
      this.#cut = undefined;
      run?.();
      return;
    }
    const [next] = this.#queue;
    if (next !== undefined) this.#write(next);
    else if (this.#hasEnded && !this.#isFinished) this.finish();
  }

  #readOrNot(): void {
    if (this.isStalled || this.#queuedBytes > QUEUE_BYTES) this.#from.pause();
    else this.#from.resume();
  }

  #isDueForCut(): boolean {
    return this.#cut !== undefined && this.#bytes >= this.#cut.at;
  }

  #write(next: Piece): void {
    const waitMs = this.#waitMs(next);
    if (waitMs > 0) {
      // A timer may fire up to a millisecond early; what is not due then is looked at again.
      this.#timer = setTimeout(() => {
        this.#pump();
      }, waitMs);
      return;
    }
    const allowed = Math.min(
      this.#pace.kind === 'drip' ? this.#pace.bytes : next.bytes.length,
      (this.#cut?.at ?? Number.POSITIVE_INFINITY) - this.#bytes,
    );
    const bytes = next.bytes.subarray(0, allowed);
    if (bytes.length === next.bytes.length) this.#queue.shift();
    else this.#queue[0] = { ...next, bytes: next.bytes.subarray(allowed) };
    this.#queuedBytes -= bytes.length;
    this.#isWriting = true;
    if (this.#pace.kind === 'drip') this.#dripsAt = performance.now() + this.#pace.everyMs;
    this.#to.write(bytes, (error) => {
      this.#isWriting = false;
      if (error != null) return;
      this.#bytes += bytes.length;
      this.#pump();
    });
  }

  #waitMs({ arrivedAt }: Piece): number {
    if (this.#pace.kind === 'delay') return arrivedAt + this.#pace.ms - performance.now();
    if (this.#pace.kind === 'drip') return this.#dripsAt - performance.now();
    return 0;
  }
}
