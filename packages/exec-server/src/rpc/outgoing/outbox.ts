import { OUTBOX_BYTES, type Transport } from '@holdfast/exec-protocol';
import type { Clock } from '../../clock.js';

/** Something that may have a message to send. */
export interface MessageSource {
  /** The next message, or undefined when there is none for now. */
  take(): string | undefined;
  /** What `take` gave was handed to the transport. */
  onSent(message: string): void;
}

/**
 * Sends what many sources have, one message of each in turn, for as long as the socket takes it.
 *
 * It holds no message itself: what cannot leave stays in the log of its process, where it is bounded. Answers to requests
 * do not come this way and so never wait behind output.
 */
export class Outbox {
  readonly #transport: Transport;
  readonly #clock: Pick<Clock, 'nextTurn'>;
  readonly #isHeld: () => boolean;
  readonly #ready = new Set<MessageSource>();
  #isScheduled = false;

  /** @param isHeld Whether nothing may be sent for another reason; who knows of the reason calls `onDrain` at its end. */
  constructor(transport: Transport, clock: Pick<Clock, 'nextTurn'>, isHeld: () => boolean = () => false) {
    this.#transport = transport;
    this.#clock = clock;
    this.#isHeld = isHeld;
  }

  /** `source` may have something to send. */
  add(source: MessageSource): void {
    this.#ready.add(source);
    this.#schedule();
  }

  /** There may be room again. */
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
    this.#clock.nextTurn(() => {
      this.#isScheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#ready.size > 0) {
      for (const source of this.#ready) {
        if (this.#transport.bufferedBytes >= OUTBOX_BYTES || this.#isHeld()) return;
        const message = source.take();
        if (message === undefined) this.#ready.delete(source);
        else this.#send(source, message);
      }
    }
  }

  #send(source: MessageSource, message: string): void {
    this.#transport.send(message);
    source.onSent(message);
  }
}
