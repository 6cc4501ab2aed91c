import { CLOSE_CODES, type CloseKind } from '../close-codes.js';
import type { Transport, TransportClosed, TransportListener } from './transport.js';

/** Two transports joined in memory. A message arrives in a later microtask, in order, never inside `send`. */
export function memoryTransportPair(): readonly [Transport, Transport] {
  const left = new MemoryTransport('memory:left');
  const right = new MemoryTransport('memory:right');
  left.join(right);
  right.join(left);
  return [left, right];
}

/** A sign of life. It has its place among the messages, as on a carrier: whatever was sent before it was taken before it. */
interface Heartbeat {
  readonly kind: 'ping' | 'pong';
  readonly mark: string;
}

class MemoryTransport implements Transport {
  readonly label: string;
  #peer: MemoryTransport | undefined;
  #listener: TransportListener | undefined;
  #inbox: (string | Heartbeat)[] = [];
  #inboxBytes = 0;
  #closed: TransportClosed | undefined;
  #isDone = false;
  #isPaused = false;
  #isScheduled = false;

  constructor(label: string) {
    this.label = label;
  }

  get bufferedBytes(): number {
    return this.#peer === undefined ? 0 : this.#peer.#inboxBytes;
  }

  join(peer: MemoryTransport): void {
    this.#peer = peer;
  }

  drained(): void {
    this.#listener?.onDrain();
  }

  start(listener: TransportListener): void {
    this.#listener = listener;
    this.#schedule();
  }

  send(message: string): void {
    this.#put(message);
  }

  ping(mark = ''): boolean {
    this.#put({ kind: 'ping', mark });
    return true;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#schedule();
  }

  close(kind: CloseKind, reason: string): void {
    this.#end({ code: CLOSE_CODES[kind].code, reason });
  }

  destroy(): void {
    this.#inbox = [];
    this.#inboxBytes = 0;
    this.#end({ code: 1006, reason: 'destroyed' });
  }

  #end(closed: TransportClosed): void {
    for (const side of [this, this.#peer]) {
      if (side === undefined || side.#closed !== undefined) continue;
      side.#closed = closed;
      side.#schedule();
    }
  }

  #schedule(): void {
    if (this.#isScheduled || this.#listener === undefined) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    while (!this.#isPaused && !this.#isDone) {
      const message = this.#inbox.shift();
      if (message === undefined) break;
      if (typeof message === 'string') this.#take(message);
      else this.#beat(message);
    }
    if (this.#closed === undefined || this.#isDone || (this.#isPaused && this.#inbox.length > 0)) return;
    this.#isDone = true;
    this.#listener?.onClose(this.#closed);
  }

  #take(message: string): void {
    this.#inboxBytes -= message.length;
    this.#listener?.onMessage(message);
    this.#peer?.drained();
  }

  #beat({ kind, mark }: Heartbeat): void {
    this.#listener?.onHeartbeat?.(kind === 'pong' ? mark : undefined);
    if (kind === 'ping') this.#put({ kind: 'pong', mark });
  }

  #put(message: string | Heartbeat): void {
    if (this.#closed !== undefined || this.#peer === undefined) return;
    this.#peer.#inbox.push(message);
    if (typeof message === 'string') this.#peer.#inboxBytes += message.length;
    this.#peer.#schedule();
  }
}
