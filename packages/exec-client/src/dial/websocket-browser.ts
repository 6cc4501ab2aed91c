import {
  CLOSE_CODES,
  type CloseKind,
  ExecError,
  type Transport,
  type TransportListener,
} from '@holdfast/exec-protocol';
import type { DialOptions } from './dial-options.js';
import type { DialTarget } from './target.js';

/**
 * Opens a WebSocket of the browser. A token travels in the URL, since a browser sends no headers of ours.
 * @throws ExecError `connectFailed`; the reason of the signal.
 */
export function dialBrowserWebSocket(
  { label, url }: DialTarget & { readonly kind: 'websocket' },
  { token, headers, signal }: DialOptions,
): Promise<Transport> {
  if (Object.keys(headers).length > 0) {
    const message = 'a browser cannot send headers with a WebSocket; use the option token';
    return Promise.reject(new ExecError('connectFailed', message));
  }
  const address = new URL(url);
  if (token !== undefined) address.searchParams.set('token', token);
  const socket = new WebSocket(address.href);
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve, reject: (reason: unknown) => void) => {
    const abort = (): void => {
      reject(signal.reason);
      socket.close();
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.addEventListener('open', () => {
      signal.removeEventListener('abort', abort);
      resolve(new BrowserSocketTransport(label, socket));
    });
    socket.addEventListener('close', ({ code }) => {
      signal.removeEventListener('abort', abort);
      // A browser does not tell pages why a connection was not made.
      const reason = `cannot connect to ${label} (code ${code}); check the address, the token and the server's allowed origins`;
      reject(new ExecError('connectFailed', reason));
    });
  });
}

/** A browser's WebSocket that is open. The platform cannot stop reading, so a pause keeps what comes meanwhile. */
class BrowserSocketTransport implements Transport {
  readonly label: string;
  readonly #socket: WebSocket;
  #listener: TransportListener | undefined;
  #kept: (() => void)[] = [];
  #isPaused = true;

  constructor(label: string, socket: WebSocket) {
    this.label = label;
    this.#socket = socket;
    socket.addEventListener('message', ({ data }: { readonly data: unknown }) => {
      if (typeof data === 'string')
        this.#deliver((listener) => {
          listener.onMessage(data);
        });
      if (data instanceof ArrayBuffer) {
        this.#deliver((listener) => {
          listener.onMessage(new Uint8Array(data));
        });
      }
    });
    socket.addEventListener('close', ({ code, reason }) => {
      this.#deliver((listener) => {
        listener.onClose({ code, reason });
      });
    });
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  start(listener: TransportListener): void {
    this.#listener = listener;
    this.resume();
  }

  send(message: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(message);
  }

  // The platform answers pings and tells nobody.
  ping(): boolean {
    return false;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    while (!this.#isHeld()) this.#kept.shift()?.();
  }

  close(kind: CloseKind, reason: string): void {
    // Pages may send no other code than the normal one.
    const { code } = CLOSE_CODES.normal;
    this.#socket.close(code, kind === 'normal' ? '' : reason.slice(0, 40));
  }

  destroy(): void {
    this.#kept = [];
    this.#socket.close();
  }

  // Whoever is told something may pause meanwhile.
  #isHeld(): boolean {
    return this.#isPaused || this.#kept.length === 0;
  }

  #deliver(tell: (listener: TransportListener) => void): void {
    const run = (): void => {
      if (this.#listener !== undefined) tell(this.#listener);
    };
    if (this.#isPaused) this.#kept.push(run);
    else run();
  }
}
