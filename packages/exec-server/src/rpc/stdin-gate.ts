import { STDIN_WAITING_BYTES, type Transport } from '@holdfast/exec-protocol';

/** Stops reading a connection while too much of its stdin waits unanswered, so that a flood stays at the sender. */
export class StdinGate {
  readonly #transport: Transport;
  readonly #limitBytes: number;
  #waitingBytes = 0;

  constructor(transport: Transport, limitBytes: number = STDIN_WAITING_BYTES) {
    this.#transport = transport;
    this.#limitBytes = limitBytes;
  }

  /** Counts `bytes` as waiting until `written` settles. */
  async pass<T>(bytes: number, written: Promise<T>): Promise<T> {
    this.#waitingBytes += bytes;
    if (this.#waitingBytes > this.#limitBytes) this.#transport.pause();
    try {
      return await written;
    } finally {
      const wasOver = this.#waitingBytes > this.#limitBytes;
      this.#waitingBytes -= bytes;
      if (wasOver && this.#waitingBytes <= this.#limitBytes) this.#transport.resume();
    }
  }
}
