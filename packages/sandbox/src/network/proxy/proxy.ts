import type { Server, Socket } from 'node:net';
import { MAX_PROXY_CONNECTIONS, PROXY_REQUEST_TIMEOUT_MS } from '../../limits.js';
import type { Gate } from '../gate.js';
import type { Target } from '../host-rules.js';
import { clientOf } from './client-of.js';
import { type Guard, guardWith } from './guard.js';
import { createHttpProxy } from './http/http-proxy.js';
import { inTurn, LoopTurns } from './loop-turns.js';
import { PacedConnection } from './paced-connection.js';
import { whileOpen } from './presence.js';
import { refuseSocks, serveSocks } from './socks-proxy.js';
import { SOCKS_VERSION } from './socks5.js';
import { serverOf, tunnel } from './tunnel.js';

/** A place for one connection among those that several networks share; what it returns gives that back. Undefined where there is none. */
export type TakePlace = () => (() => void) | undefined;

/** How a proxy serves those who connect. */
export interface ProxyOptions {
  /** Whether SOCKS 5 is spoken beside HTTP; default true. */
  readonly servesSocks?: boolean | undefined;
  /** Default there is always a place, up to `MAX_PROXY_CONNECTIONS`. */
  readonly takePlace?: TakePlace | undefined;
}

/** Everything that one sandbox may connect to: whoever comes through its listeners is that sandbox and no other. */
export class Proxy {
  readonly #gate: Gate;
  readonly #guard: Guard;
  readonly #servesSocks: boolean;
  readonly #takePlace: TakePlace;
  readonly #connections = new Set<Socket>();
  readonly #deadlines = new WeakMap<Socket, NodeJS.Timeout>();
  readonly #turns = new LoopTurns();
  readonly #http;

  /**
   * @param onFault Called with what went wrong for each connection that was closed because it could not be served.
   */
  constructor(
    gate: Gate,
    onFault: (error: unknown) => void,
    { servesSocks = true, takePlace = () => () => undefined }: ProxyOptions = {},
  ) {
    this.#gate = gate;
    this.#guard = guardWith(onFault);
    this.#servesSocks = servesSocks;
    this.#takePlace = takePlace;
    this.#http = createHttpProxy(gate, this.#guard, this.#turns, (socket) => this.#settle(socket));
  }

  /** Serves HTTP and SOCKS 5 to whoever connects; the first byte tells which. */
  serve(listener: Server): void {
    listener.on('connection', (socket: Socket) => {
      this.#admit(socket, 'http', () => this.#serve(socket));
    });
  }

  /** Carries whoever connects to one target, as far as the rules allow it. */
  forward(listener: Server, target: Target): void {
    listener.on('connection', (socket: Socket) => {
      this.#admit(socket, 'loopback', () => this.#guard(socket, this.#carry(socket, target)));
    });
  }

  /** Ends every connection, and what it waits for. */
  close(): void {
    this.#gate.close();
    for (const socket of this.#connections) {
      socket.destroy();
      serverOf(socket)?.destroy();
    }
  }

  #serve(socket: Socket): void {
    this.#expectRequest(socket);
    const hangUp = (): void => {
      socket.destroy();
    };
    const look = (): void =>
      inTurn(this.#turns, socket, () => {
        const start = socket.read() as Buffer | null;
        if (start === null) {
          socket.once('readable', look);
          return;
        }
        socket.off('end', hangUp);
        socket.unshift(start);
        this.#speak(socket, start[0] === SOCKS_VERSION);
      });
    socket.once('end', hangUp).once('readable', look);
  }

  #speak(socket: Socket, isSocks: boolean): void {
    if (isSocks && !this.#servesSocks) {
      this.#settle(socket);
      refuseSocks(this.#gate, socket);
    } else if (isSocks) {
      this.#guard(
        socket,
        serveSocks(this.#gate, socket, this.#turns, () => this.#settle(socket)),
      );
    } else {
      this.#http.emit('connection', new PacedConnection(socket, this.#turns));
    }
  }

  async #carry(socket: Socket, target: Target): Promise<void> {
    const caller = { protocol: 'loopback', client: clientOf(socket) } as const;
    const passage = await whileOpen(socket, (gone) => this.#gate.open(caller, target, gone));
    if (passage.outcome !== 'open') socket.destroy();
    else if (socket.destroyed) passage.socket.destroy();
    else tunnel(socket, passage.socket, this.#turns, undefined, () => undefined);
  }

  /** @param serve Called when it is the turn of the connection, if it is there still. */
  #admit(socket: Socket, protocol: 'http' | 'loopback', serve: () => void): void {
    socket.on('error', () => undefined);
    const leavePlace = this.#connections.size < MAX_PROXY_CONNECTIONS ? this.#takePlace() : undefined;
    if (leavePlace === undefined) {
      this.#gate.refuse({ protocol, client: clientOf(socket) }, 'too_many_connections');
      socket.destroy();
      return;
    }
    this.#connections.add(socket);
    const leaveTurn = this.#turns.wait(serve);
    const leave = (): void => {
      leavePlace();
      this.#connections.delete(socket);
    };
    socket.once('close', () => {
      leaveTurn();
      const server = serverOf(socket);
      if (server === undefined || server.closed) leave();
      else server.once('close', leave);
    });
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

  #settle(socket: Socket): void {
    clearTimeout(this.#deadlines.get(socket));
  }
}
