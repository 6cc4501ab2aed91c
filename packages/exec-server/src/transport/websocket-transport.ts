import { isAscii } from 'node:buffer';
import type { Duplex } from 'node:stream';
import { CLOSE_CODES, type CloseKind, type TransportListener } from '@holdfast/exec-protocol';
import type { WebSocket } from 'ws';
import type { AnswerTransport } from '../rpc/answers/answer-transport.js';

/** A close frame carries at most this many bytes of reason. */
const MAX_REASON_BYTES = 123;

/** A peer that has not answered a close frame by then is not waited for. */
const CLOSE_GRACE_MS = 1_000;

/** An accepted WebSocket as a transport. What is sent in one turn of the event loop leaves in one write. */
export class WebSocketTransport implements AnswerTransport {
  readonly label: string;
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  #isCorked = false;
  #isClosing = false;

  constructor(ws: WebSocket, socket: Duplex, label: string) {
    this.#ws = ws;
    this.#socket = socket;
    this.label = label;
  }

  get bufferedBytes(): number {
    return this.#ws.bufferedAmount;
  }

  start(listener: TransportListener): void {
    this.#ws.on('message', (data, isBinary) => {
      // The other side goes on sending until it has seen the close frame, and none of that counts any more.
      if (this.#isClosing) return;
      const bytes = data as Buffer;
      listener.onMessage(isBinary ? bytes : textOf(bytes));
    });
    this.#ws.on('ping', () => {
      listener.onHeartbeat?.();
    });
    this.#ws.on('pong', (mark) => {
      listener.onHeartbeat?.(mark.toString());
    });
    this.#socket.on('drain', () => {
      listener.onDrain();
    });
    // Each error is followed by the close event, which carries what the owner needs.
    this.#ws.on('error', () => undefined);
    this.#ws.on('close', (code, reason) => {
      listener.onClose({ code, reason: reason.toString() });
    });
  }

  send(message: string): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    this.#cork();
    this.#ws.send(message);
  }

  sendBytes(message: Uint8Array, sent: () => void): void {
    if (this.#ws.readyState !== this.#ws.OPEN) {
      sent();
      return;
    }
    this.#cork();
    this.#ws.send(message, { binary: false }, sent);
  }

  // Fragments of one message: a client that bounds its frames takes what is longer than one of them may be.
  sendSlices(message: readonly Uint8Array[]): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    this.#cork();
    for (const [at, slice] of message.entries()) {
      this.#ws.send(slice, { binary: false, fin: at === message.length - 1 });
    }
  }

  ping(mark = ''): boolean {
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.ping(mark);
    return true;
  }

  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  close(kind: CloseKind, reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    setTimeout(() => {
      this.#ws.terminate();
    }, CLOSE_GRACE_MS).unref();
    this.#ws.close(CLOSE_CODES[kind].code, Buffer.from(reason).subarray(0, MAX_REASON_BYTES).toString());
  }

  destroy(): void {
    this.#ws.terminate();
  }

  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#socket.cork();
    setImmediate(() => {
      this.#isCorked = false;
      this.#socket.uncork();
    });
  }
}

// Text frames were checked for valid UTF-8 already. What is large is mostly base64, which needs no decoding.
function textOf(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}
