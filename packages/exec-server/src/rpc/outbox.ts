import { OUTBOX_BYTES, type Transport } from '@holdfast/exec-protocol';

/** Something that may have a message to send. */
export interface MessageSource {
  /** The next message, or undefined when there is none for now. */
  take(): string | undefined;
}

/**
 * Sends what many sources have, one message of each in turn, for as long as the socket takes it.
 *
 * It holds no message itself: what cannot leave stays in the log of its process, where it is bounded. Answers to requests
 * do not come this way and so never wait behind output.
 */
export class Outbox {
  readonly #transport: Transport;
  readonly #ready = new Set<MessageSource>();
  #isScheduled = false;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** `source` may have something to send. */
  add(source: MessageSource): void {
    this.#ready.add(source);
    this.#schedule();
  }

  /** The socket has room again. */
  onDrain(): void {
    if (this.#ready.size > 0) this.#schedule();
  }

  /** Forgets all sources. */
  clear(): void {
    this.#ready.clear();
  }

  // Once for each turn of the event loop, after all input of that turn: what arrived together leaves together.
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#ready.size > 0) {
      for (const source of this.#ready) {
        if (this.#transport.bufferedBytes >= OUTBOX_BYTES) return;
        const message = source.take();
        if (message === undefined) this.#ready.delete(source);
        else this.#transport.send(message);
      }
    }
  }
}
