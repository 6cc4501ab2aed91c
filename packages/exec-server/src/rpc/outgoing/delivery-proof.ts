import { UNPROVEN_BYTES } from '@holdfast/exec-protocol';
import type { Clock, Timer } from '../../clock.js';
import type { DeliveryMark } from '../../process/follow/push-cursor.js';

/** Something whose events are sent, and that wants to know which of them have arrived. */
export interface Provable {
  mark(): DeliveryMark;
  prove(mark: DeliveryMark): void;
}

/** What a proof needs of its connection. */
export interface DeliveryProofOptions {
  readonly clock: Clock;
  /** Sends a ping behind everything that was sent. @returns false where there are none; then what was sent has arrived. */
  ping(mark: string): boolean;
  /** It was full, and is not any more. */
  onRoom(): void;
}

/** While more is sent, a ping goes behind every mebibyte … */
const PING_EVERY_BYTES = 1024 * 1024;

/** … and else behind the last message when nothing has followed for a while: nobody waits for it. */
const PING_AFTER_MS = 250;

interface Batch {
  readonly name: string;
  readonly bytes: number;
  readonly marks: readonly (readonly [Provable, DeliveryMark])[];
}

/**
 * Finds out which events have arrived: a carrier delivers in order, so the pong to a ping that went behind them proves
 * it. What lay in the buffers of a connection that was lost has not, and must be there to be sent again.
 */
export class DeliveryProof {
  readonly #options: DeliveryProofOptions;
  #sent = new Set<Provable>();
  #sentBytes = 0;
  #underWay: Batch[] = [];
  #unprovenBytes = 0;
  #lastName = 0;
  #timer: Timer | undefined;

  constructor(options: DeliveryProofOptions) {
    this.#options = options;
  }

  /** Whether nothing more should be sent before some of it has been proven. */
  isFull(): boolean {
    return this.#unprovenBytes >= UNPROVEN_BYTES;
  }

  /** An event of `source` was sent; `bytes` of it count towards the limit. */
  sent(source: Provable, bytes: number): void {
    this.#sent.add(source);
    this.#sentBytes += bytes;
    this.#unprovenBytes += bytes;
    if (this.#sentBytes >= PING_EVERY_BYTES) this.#ask();
    else
      this.#timer ??= this.#options.clock.after(PING_AFTER_MS, () => {
        this.#ask();
      });
  }

  /** A pong came to the ping of this name. */
  arrived(name: string): void {
    const at = this.#underWay.findIndex((batch) => batch.name === name);
    const wasFull = this.isFull();
    // A client may answer only the last of several pings.
    for (const { bytes, marks } of this.#underWay.splice(0, at + 1)) {
      this.#unprovenBytes -= bytes;
      for (const [source, mark] of marks) source.prove(mark);
    }
    if (wasFull && !this.isFull()) this.#options.onRoom();
  }

  /** The connection has ended: nothing more is proven. */
  stop(): void {
    this.#timer?.cancel();
    this.#underWay = [];
  }

  #ask(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#lastName += 1;
    const name = String(this.#lastName);
    const marks = [...this.#sent].map((source) => [source, source.mark()] as const);
    this.#underWay.push({ name, bytes: this.#sentBytes, marks });
    this.#sent = new Set();
    this.#sentBytes = 0;
    if (!this.#options.ping(name)) this.arrived(name);
  }
}
