import {
  CLOSE_CODES,
  type CloseKind,
  type Transport,
  type TransportClosed,
  type TransportListener,
} from '@holdfast/exec-protocol';

/**
 * A transport that can be given up at once: its listener hears of the end then and there, and of nothing that the carrier
 * may deliver later.
 */
export class SeverableTransport implements Transport {
  readonly #carrier: Transport;
  #listener: TransportListener | undefined;
  #isOver = false;
  #sentLength = 0;

  constructor(carrier: Transport) {
    this.#carrier = carrier;
  }

  get label(): string {
    return this.#carrier.label;
  }

  get bufferedBytes(): number {
    return this.#carrier.bufferedBytes;
  }

  /** Length of the message that was sent last, in UTF-16 units. */
  get sentLength(): number {
    return this.#sentLength;
  }

  start(listener: TransportListener): void {
    this.#listener = listener;
    this.#carrier.start({
      onMessage: (message) => {
        if (!this.#isOver) listener.onMessage(message);
      },
      onHeartbeat: (echo) => {
        if (!this.#isOver) listener.onHeartbeat?.(echo);
      },
      onDrain: () => {
        if (!this.#isOver) listener.onDrain();
      },
      onClose: (closed) => {
        this.#end(closed);
      },
    });
  }

  send(message: string): void {
    this.#sentLength = message.length;
    if (!this.#isOver) this.#carrier.send(message);
  }

  ping(mark?: string): boolean {
    return this.#carrier.ping(mark);
  }

  pause(): void {
    this.#carrier.pause();
  }

  resume(): void {
    this.#carrier.resume();
  }

  close(kind: CloseKind, reason: string): void {
    this.#carrier.close(kind, reason);
  }

  destroy(): void {
    this.#carrier.destroy();
  }

  /** Ends the connection now, whatever the carrier still has to say. Safe to call again. */
  sever(reason: string): void {
    this.#carrier.destroy();
    this.#end({ code: 1006, reason });
  }

  /** The same, but tells the other side why. */
  turnAway(kind: CloseKind, reason: string): void {
    this.#carrier.close(kind, reason);
    this.#end({ code: CLOSE_CODES[kind].code, reason });
  }

  #end(closed: TransportClosed): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener?.onClose(closed);
  }
}
