import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { MAX_PROXY_CONNECTIONS, PROXY_REQUEST_TIMEOUT_MS } from '../../limits.js';
import type { Gate } from '../gate.js';
import type { Target } from '../host-rules.js';
import { clientOf } from './client-of.js';
import { type Guard, guardWith } from './guard.js';
import { createHttpProxy } from './http/http-proxy.js';
import { whileOpen } from './presence.js';
import { refuseSocks, serveSocks } from './socks-proxy.js';
import { SOCKS_VERSION } from './socks5.js';
import { tunnel } from './tunnel.js';

/** Everything that one sandbox may connect to: whoever comes through its listeners is that sandbox and no other. */
export class Proxy {
  readonly #gate: Gate;
  readonly #guard: Guard;
  readonly #servesSocks: boolean;
  readonly #connections = new Set<Socket>();
  readonly #deadlines = new WeakMap<Duplex, NodeJS.Timeout>();
  readonly #http;

  /**
   * @param onFault Called with what went wrong for each connection that was closed because it could not be served.
   * @param servesSocks Whether SOCKS 5 is spoken beside HTTP.
   */
  constructor(gate: Gate, onFault: (error: unknown) => void, servesSocks = true) {
    this.#gate = gate;
    this.#guard = guardWith(onFault);
    this.#servesSocks = servesSocks;
    this.#http = createHttpProxy(gate, this.#guard, (socket) => this.#settle(socket));
  }

  /** Serves HTTP and SOCKS 5 to whoever connects; the first byte tells which. */
  serve(listener: Server): void {
    listener.on('connection', (socket: Socket) => {
      if (!this.#admit(socket, 'http')) return;
      this.#expectRequest(socket);
      const hangUp = (): void => {
        socket.destroy();
      };
      socket.once('end', hangUp);
      socket.once('data', (chunk: Buffer) => {
        socket.off('end', hangUp);
        socket.pause();
        socket.unshift(chunk);
        if (chunk[0] === SOCKS_VERSION && !this.#servesSocks) {
          this.#settle(socket);
          refuseSocks(this.#gate, socket);
        } else if (chunk[0] === SOCKS_VERSION) {
          this.#guard(
            socket,
            serveSocks(this.#gate, socket, () => this.#settle(socket)),
          );
        } else {
          this.#http.emit('connection', socket);
          process.nextTick(() => socket.resume());
        }
      });
    });
  }

  /** Carries whoever connects to one target, as far as the rules allow it. */
  forward(listener: Server, target: Target): void {
    listener.on('connection', (socket: Socket) => {
      if (this.#admit(socket, 'loopback')) this.#guard(socket, this.#carry(socket, target));
    });
  }

  /** Ends every connection, and what it waits for. */
  close(): void {
    this.#gate.close();
    for (const socket of this.#connections) socket.destroy();
  }

  async #carry(socket: Socket, target: Target): Promise<void> {
    const caller = { protocol: 'loopback', client: clientOf(socket) } as const;
    const passage = await whileOpen(socket, (gone) => this.#gate.open(caller, target, gone));
    if (passage.outcome !== 'open') socket.destroy();
    else if (socket.destroyed) passage.socket.destroy();
    else tunnel(socket, passage.socket, undefined, () => undefined);
  }

  #admit(socket: Socket, protocol: 'http' | 'loopback'): boolean {
    socket.on('error', () => undefined);
    if (this.#connections.size >= MAX_PROXY_CONNECTIONS) {
      this.#gate.refuse({ protocol, client: clientOf(socket) }, 'too_many_connections');
      socket.destroy();
      return false;
    }
    this.#connections.add(socket);
    socket.once('close', () => this.#connections.delete(socket));
    return true;
  }

  /** A connection that does not say what it wants must not keep its place, not even by sending a byte now and then. */
  #expectRequest(socket: Socket): void {
    const deadline = setTimeout(() => {
      this.#gate.refuse({ protocol: 'http', client: clientOf(socket) }, 'malformed');
      socket.destroy();
    }, PROXY_REQUEST_TIMEOUT_MS);
    this.#deadlines.set(socket, deadline);
    socket.once('close', () => clearTimeout(deadline));
  }

  #settle(socket: Duplex): void {
    clearTimeout(this.#deadlines.get(socket));
  }
}
