import { Duplex } from 'node:stream';
import { MAX_JOINED_BYTES, MAX_PASSED_A_TURN, PROXY_QUEUE_BYTES } from '../../limits.js';
import { GrowingBuffer } from './growing-buffer.js';
import type { LoopTurns } from './loop-turns.js';

/** Of so many parts, with all that comes behind them, a body takes a place of a turn of the event loop. */
const PARTS_PER_PLACE = MAX_JOINED_BYTES / MAX_PASSED_A_TURN;

/**
 * Passes on in one piece what comes until its turn. Of what is sent in parts of single bytes each part would otherwise be
 * a buffer, and work, of its own all the way.
 */
export class Joined extends Duplex {
  readonly #turns: LoopTurns;
  #held = new GrowingBuffer();
  /** How many of them are held. */
  #parts = 0;
  #isWanted = false;
  #isWaiting = false;
  #isLast = false;
  /** Lets the next part come, where enough is held. */
  #next: (() => void) | undefined;

  constructor(turns: LoopTurns) {
    super({ highWaterMark: PROXY_QUEUE_BYTES });
    this.#turns = turns;
  }

  override _write(part: Buffer, _encoding: BufferEncoding, next: () => void): void {
    this.#held.add(part);
    this.#parts += 1;
    if (this.#held.length < MAX_JOINED_BYTES) next();
    else this.#next = next;
    this.#passInTurn();
  }

  override _final(done: () => void): void {
    this.#isLast = true;
    this.#passInTurn();
    done();
  }

  override _read(): void {
    this.#isWanted = true;
    this.#passInTurn();
  }

  #passInTurn(): void {
    if (this.#isWaiting || !this.#isWanted || (this.#held.length === 0 && !this.#isLast)) return;
    this.#isWaiting = true;
    this.#turns.wait(
      () => {
        this.#isWaiting = false;
        this.#pass();
      },
      () => Math.max(1, this.#parts / PARTS_PER_PLACE),
    );
  }

  #pass(): void {
    const { bytes } = this.#held;
    const next = this.#next;
    this.#held = new GrowingBuffer();
    this.#parts = 0;
    this.#next = undefined;
    this.#isWanted = false;
    if (bytes.length > 0) this.push(bytes);
    if (this.#isLast) this.push(null);
    next?.();
  }
}
