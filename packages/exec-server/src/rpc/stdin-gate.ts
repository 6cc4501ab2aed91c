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

  /** Whether the connection is not read at present. */
  isClosed(): boolean {
    return this.#waitingBytes > this.#limitBytes;
  }

  /** Counts `bytes` as waiting until `written` settles. */
  async pass<T>(bytes: number, written: Promise<T>): Promise<T> {
    this.#waitingBytes += bytes;
    if (this.isClosed()) this.#transport.pause();
    try {
      return await written;
    } finally {
      const wasClosed = this.isClosed();
      this.#waitingBytes -= bytes;
      if (wasClosed && !this.isClosed()) this.#transport.resume();
    }
  }
}
