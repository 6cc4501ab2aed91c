import {
  type CloseKind,
  createLineSplitter,
  type LineBatch,
  type Transport,
  type TransportClosed,
  type TransportListener,
} from '@holdfast/exec-protocol';

/** What a line transport is laid on. */
export interface LineCarrier {
  /** For logs and messages. */
  readonly label: string;
  /** Sends the bytes of one line, its end included. `done` is called when they have left, or never will. */
  write(line: Uint8Array, done: () => void): void;
  /** Nothing more is sent or taken. */
  end(): void;
  /** A longer line ends it, at the latest when it has become so long; asked anew as lines arrive. */
  maxLineBytes(): number;
}

/** Messages as lines between two programs of ours; whoever has the carrier hands over what arrives. */
export class LineTransport implements Transport {
  readonly #carrier: LineCarrier;
  readonly #splitter;
  #listener: TransportListener | undefined;
  #bufferedBytes = 0;
  /** Why it ended, for whoever begins to listen only then. */
  #closed: TransportClosed | undefined;

  constructor(carrier: LineCarrier) {
    this.#carrier = carrier;
    this.#splitter = createLineSplitter(() => carrier.maxLineBytes());
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  get label(): string {
    return this.#carrier.label;
  }

  start(listener: TransportListener): void {
    const closed = this.#closed;
    if (closed === undefined) this.#listener = listener;
    else
      queueMicrotask(() => {
        listener.onClose(closed);
      });
  }

  send(message: string): void {
    if (this.#listener === undefined) return;
    const line = Buffer.from(`${message}\n`);
    this.#bufferedBytes += line.length;
    this.#carrier.write(line, () => {
      this.#bufferedBytes -= line.length;
      this.#listener?.onDrain();
    });
  }

  /** Bytes have arrived; nothing of them is kept. */
  take(bytes: Uint8Array): void {
    this.#deliver(this.#splitter.push(bytes));
  }

  /** The carrier has ended: nothing more will arrive. */
  ended(reason: string): void {
    this.#deliver(this.#splitter.end());
    this.#tell({ code: 1000, reason });
  }

  ping(): boolean {
    return false;
  }

  pause(): void {
    // Both sides wait for answers before they send much: there is nothing to hold back.
  }

  resume(): void {
    // As above.
  }

  close(_kind: CloseKind, reason: string): void {
    this.#end(1000, reason);
  }

  destroy(): void {
    this.#end(1006, 'destroyed');
  }

  #deliver({ lines, failure }: LineBatch): void {
    for (const line of lines) this.#listener?.onMessage(line);
    if (failure !== undefined) this.#end(1009, failure.message);
  }

  #end(code: number, reason: string): void {
    this.#tell({ code, reason }, () => {
      this.#carrier.end();
    });
  }

  #tell(closed: TransportClosed, before?: () => void): void {
    if (this.#closed !== undefined) return;
    this.#closed = closed;
    const listener = this.#listener;
    this.#listener = undefined;
    before?.();
    listener?.onClose(closed);
  }
}
