import { OWN_ANSWERS_BYTES, SHARED_ANSWERS_BYTES } from '@holdfast/exec-protocol';

/** A connection that holds memory for answers. */
export interface RoomHolder {
  /** What it has for answers that are put together, and in its socket. */
  readonly heldBytes: number;
  /** There may be room now for what waits in it. */
  letIn(): void;
}

/**
 * The memory that all connections of a server have for answers with files and HTTP bodies in them. A little belongs to each
 * of them, so that nobody who takes nothing keeps others from small answers.
 */
export class SharedRoom {
  readonly #limitBytes: number;
  readonly #ownBytes: number;
  readonly #holders = new Set<RoomHolder>();
  /** Those that wait, in the order of asking. */
  readonly #waiting = new Set<RoomHolder>();

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

  /** The connection has gone, and holds nothing any more. */
  leave(holder: RoomHolder): void {
    this.#holders.delete(holder);
    this.#waiting.delete(holder);
    this.look();
  }

  /** Whether a connection may have so much more. */
  hasRoomFor(holder: RoomHolder, bytes: number): boolean {
    const before = this.#sharedBytesOf(holder.heldBytes);
    const more = this.#sharedBytesOf(holder.heldBytes + bytes) - before;
    return more === 0 || this.#sharedBytes() + more <= this.#limitBytes;
  }

  /** As `hasRoomFor`, where it is the connection's turn. One that is refused waits for its turn, and is told to let in. */
  admits(holder: RoomHolder, bytes: number): boolean {
    const [first = holder] = this.#waiting;
    const isSmall = this.#sharedBytesOf(holder.heldBytes + bytes) === 0;
    const isAdmitted = isSmall || (first === holder && this.hasRoomFor(holder, bytes));
    if (isAdmitted) this.#waiting.delete(holder);
    else this.#waiting.add(holder);
    return isAdmitted;
  }

  /** The connection waits for something else. */
  forget(holder: RoomHolder): void {
    this.#waiting.delete(holder);
  }

  /** Some connection may hold less. */
  look(): void {
    for (const holder of this.#waiting) {
      holder.letIn();
      if (this.#waiting.has(holder)) return;
    }
  }

  #sharedBytes(): number {
    let sum = 0;
    for (const { heldBytes } of this.#holders) sum += this.#sharedBytesOf(heldBytes);
    return sum;
  }

  #sharedBytesOf(heldBytes: number): number {
    return Math.max(0, heldBytes - this.#ownBytes);
  }
}
