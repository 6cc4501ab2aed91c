import { isAscii } from 'node:buffer';
import type { Readable } from 'node:stream';
import { CLOSE_CODES, type CloseKind, type Transport, type TransportListener } from '@holdfast/exec-protocol';
import { type RawData, WebSocket } from 'ws';

/** A close frame has no room for more. */
const MAX_REASON_BYTES = 123;

/** A WebSocket of the `ws` library that is open. Nothing is read from it before `start`. */
export class SocketTransport implements Transport {
  readonly label: string;
  readonly #socket: WebSocket;
  readonly #carrier: Readable | undefined;
  readonly #cork: () => void;

  /**
   * @param carrier What the frames come out of.
   * @param cork Called before each frame is written.
   */
  constructor(label: string, socket: WebSocket, carrier: Readable | undefined, cork: () => void) {
    this.label = label;
    this.#socket = socket;
    this.#carrier = carrier;
    this.#cork = cork;
    socket.pause();
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  start(listener: TransportListener): void {
    let lastError = '';
    this.#onDrain = () => {
      listener.onDrain();
    };
    this.#socket.on('message', (data, isBinary) => {
      const bytes = bytesOf(data);
      listener.onMessage(isBinary ? bytes : textOf(bytes));
    });
    this.#socket.on('pong', (mark) => {
      listener.onHeartbeat?.(mark.toString('utf8'));
    });
    // Pings, and pieces of a message that may take long to arrive as a whole.
    this.#carrier?.on('data', () => {
      listener.onHeartbeat?.();
    });
    this.#socket.on('error', (error) => {
      lastError = error.message;
    });
    this.#socket.on('close', (code, reason) => {
      listener.onClose({ code, reason: reason.length > 0 ? reason.toString('utf8') : lastError });
    });
    this.#socket.resume();
  }

  send(message: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#cork();
    this.#socket.send(message, this.#onDrain);
  }

  ping(mark = ''): boolean {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping(mark);
    return true;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(kind: CloseKind, reason: string): void {
    // A paused socket would not see the other side's answer.
    this.#socket.resume();
    this.#socket.close(CLOSE_CODES[kind].code, shorten(reason));
  }

  destroy(): void {
    this.#socket.resume();
    this.#socket.terminate();
  }

  #onDrain: () => void = () => undefined;
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

// Text frames were checked for valid UTF-8 already. What is large is mostly base64, which needs no decoding.
function textOf(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}

function shorten(reason: string): string {
  let bytes = Buffer.from(reason);
  if (bytes.length <= MAX_REASON_BYTES) return reason;
  bytes = bytes.subarray(0, MAX_REASON_BYTES);
  // A character that was cut would make the frame invalid.
  return bytes.toString('utf8').replace(/\uFFFD+$/, '');
}
