import { BACKLOG_BYTES, BACKLOG_STILL_MS, type Transport } from '@holdfast/exec-protocol';
import type { Clock, Timer } from '../../clock.js';

/** What a backlog works with. */
export interface BacklogOptions {
  readonly transport: Pick<Transport, 'bufferedBytes' | 'pause' | 'resume'>;
  readonly clock: Pick<Clock, 'after'>;
  readonly limitBytes?: number;
}

/**
 * What a connection owes its client: requests that are not answered, and whatever has not left the socket. While that is too
 * much, the connection is not read, so that a flood stays at the sender.
 *
 * Answers leave without being asked for, so what they hold up passes as soon as the client takes them. A request may wait for
 * something that the client has yet to say: stdin for a child that waits until its output is taken. So when nothing has moved
 * for a while, as much again is read. Where even that moves nothing, the client is as good as silent.
 */
export class Backlog {
  readonly #transport: BacklogOptions['transport'];
  readonly #clock: BacklogOptions['clock'];
  readonly #limitBytes: number;
  #unansweredBytes = 0;
  #isPaused = false;
  #isStill = false;
  #hasMoved = false;
  /** What was in the socket when it was looked at last. */
  #bufferedBytes = 0;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor({ transport, clock, limitBytes = BACKLOG_BYTES }: BacklogOptions) {
    this.#transport = transport;
    this.#clock = clock;
    this.#limitBytes = limitBytes;
  }

  /**
   * A request of so many bytes has come.
   * @returns what to call once its answer was handed to the transport.
   */
  add(bytes: number): () => void {
    this.#unansweredBytes += bytes;
    this.look();
    return () => {
      this.#unansweredBytes -= bytes;
      this.moved();
    };
  }

  /** Some of it may have left. */
  moved(): void {
    this.#isStill = false;
    this.#hasMoved = true;
    this.#cancelTimer();
    this.look();
  }

  /** Something was sent, or came that counts. */
  look(): void {
    this.#watchSocket();
    const isOver = this.#bytes > (this.#isStill ? 2 * this.#limitBytes : this.#limitBytes);
    if (isOver && !this.#isStill && !this.#isStopped) {
      this.#timer ??= this.#clock.after(BACKLOG_STILL_MS, this.#onStill);
    }
    if (isOver === this.#isPaused) return;
    this.#isPaused = isOver;
    if (isOver) this.#transport.pause();
    else this.#transport.resume();
  }

  /**
   * Whether the client cannot be heard for a reason that passes: something has moved since this was asked last. What only lies
   * in the socket shows no life, since nobody may be there to take it.
   */
  isDeaf(): boolean {
    this.#watchSocket();
    const hasMoved = this.#hasMoved;
    this.#hasMoved = false;
    return this.#isPaused && hasMoved;
  }

  /** The connection has ended. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer();
  }

  get #bytes(): number {
    return this.#unansweredBytes + this.#transport.bufferedBytes;
  }

  #watchSocket(): void {
    const { bufferedBytes } = this.#transport;
    if (bufferedBytes < this.#bufferedBytes) this.#hasMoved = true;
    this.#bufferedBytes = bufferedBytes;
  }

  #cancelTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  readonly #onStill = (): void => {
    this.#timer = undefined;
    // What lies in the socket waits for nothing but the client's reading, and reading more would add to it.
    if (this.#transport.bufferedBytes > this.#limitBytes) return;
    this.#isStill = true;
    this.look();
  };
}
