import { OWN_ANSWERS_BYTES, SHARED_ANSWERS_BYTES } from '@holdfast/exec-protocol';

/** A connection that holds memory for answers. */
export interface RoomHolder {
  /** What it has for answers that are put together, and in its socket. */
  readonly heldBytes: number;
  /** There may be room now for what waits in it. */
  letIn(): void;
}

/**
 * The memory that all connections of a server have for large answers, such as those with files and HTTP bodies in them. A little belongs to each
 * of them, so that nobody who takes nothing keeps others from small answers.
 */
export class SharedRoom {
  readonly #limitBytes: number;
  readonly #ownBytes: number;
  readonly #holders = new Set<RoomHolder>();
  /** Those that wait, in the order of asking, and for how much. */
  readonly #waiting = new Map<RoomHolder, number>();

  constructor(limitBytes: number = SHARED_ANSWERS_BYTES, ownBytes: number = OWN_ANSWERS_BYTES) {
    this.#limitBytes = limitBytes;
    this.#ownBytes = ownBytes;
  }

  /** How many connections it knows. */
  get holders(): number {
    return this.#holders.size;
  }

  join(holder: RoomHolder): void {
    this.#holders.add(holder);
  }

  /** The connection has gone, and holds nothing any more; may be called twice. */
  leave(holder: RoomHolder): void {
    this.#holders.delete(holder);
    this.#waiting.delete(holder);
    this.look();
  }

  /** What a connection may have more. */
  roomFor({ heldBytes }: RoomHolder, freeBytes = this.#freeBytes()): number {
    return Math.max(0, this.#ownBytes - heldBytes) + freeBytes;
  }

  /**
   * Whether a connection may have so much more now. One that is refused waits, and is told to let in when it may, who has waited
   * longest first. Nobody waits behind what does not fit.
   */
  admits(holder: RoomHolder, bytes: number): boolean {
    const isAdmitted = bytes <= this.roomFor(holder);
    if (isAdmitted) this.#waiting.delete(holder);
    else this.#waiting.set(holder, bytes);
    return isAdmitted;
  }

  /** The connection waits for something else. */
  forget(holder: RoomHolder): void {
    this.#waiting.delete(holder);
  }

  /** Some connection may hold less. */
  look(): void {
    if (this.#waiting.size === 0) return;
    let free = this.#freeBytes();
    for (const [holder, bytes] of [...this.#waiting]) {
      if (bytes > this.roomFor(holder, free)) continue;
      holder.letIn();
      free = this.#freeBytes();
    }
  }

  #freeBytes(): number {
    let sum = 0;
    for (const { heldBytes } of this.#holders) sum += Math.max(0, heldBytes - this.#ownBytes);
    return Math.max(0, this.#limitBytes - sum);
  }
}
