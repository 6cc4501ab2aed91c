import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultRelay, type Pace } from './fault-relay.js';

/** A way along a link. */
type Direction = 'toServer' | 'toClient';

/**
 * What can happen to a link. `reset` is an RST to both ends, `finish` a FIN to both; `halfClose` ends one direction and
 * leaves the other; `cutAfter` lets exactly that many more bytes through in a direction. On a Unix socket, which knows no
 * RST, a reset is a close.
 */
export type Fault =
  | Pace
  | { readonly kind: 'reset' }
  | { readonly kind: 'finish' }
  | { readonly kind: 'halfClose'; readonly direction: Direction }
  | {
      readonly kind: 'cutAfter';
      readonly direction: Direction;
      readonly bytes: number;
      readonly how: 'reset' | 'finish';
    };

/** One connection of a client and the one that the proxy made for it. */
export interface Link {
  /** Whether either end still holds it. */
  readonly isOpen: boolean;
  /** Bytes that were handed on. */
  readonly bytes: Readonly<Record<Direction, number>>;
  inject(fault: Fault): void;
}

/** A listener in front of a server, for everything that networks do. Disposing of it cuts what is left. */
export interface FaultProxy extends AsyncDisposable {
  /** The target's URL, with the address of the proxy. */
  readonly url: string;
  /** The open links, the oldest first. */
  readonly links: readonly Link[];
  readonly counts: {
    /** Connections that were taken, those among them that were refused included. */
    readonly accepted: number;
    /** Connections that were reset at once, because it was told to or the target cannot be reached. */
    readonly refused: number;
    /** Over all links, those of the past included. */
    readonly bytes: Readonly<Record<Direction, number>>;
  };
  /** What happens to a new link before its first byte; `refuse` resets it. */
  newLinks: Fault | { readonly kind: 'refuse' };
  /** Does this to every open link. */
  inject(fault: Fault): void;
  /** New links go to this server of the same kind from now on. */
  retarget(url: string): void;
}

/** Starts a proxy in front of a server at `ws://…` or `unix:PATH`. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const proxy = new SocketProxy(target);
  await proxy.listen();
  return proxy;
}

class SocketProxy implements FaultProxy {
  readonly #server: Server;
  readonly #links = new Set<SocketLink>();
  readonly #dialing = new Set<Socket>();
  readonly #directory: string | undefined;
  #target: string;
  #url = '';
  #accepted = 0;
  #refused = 0;
  readonly #pastBytes = { toServer: 0, toClient: 0 };
  newLinks: FaultProxy['newLinks'] = { kind: 'pass' };

  constructor(target: string) {
    this.#target = target;
    this.#directory = target.startsWith('unix:') ? mkdtempSync(join(tmpdir(), 'holdfast-proxy-')) : undefined;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) => {
      this.#accept(client);
    });
  }

  async listen(): Promise<void> {
    const listening = once(this.#server, 'listening');
    if (this.#directory !== undefined) {
      const path = join(this.#directory, 'proxy.sock');
      this.#server.listen(path);
      await listening;
      this.#url = `unix:${path}`;
      return;
    }
    this.#server.listen(0, '127.0.0.1');
    await listening;
    const url = new URL(this.#target);
    url.hostname = '127.0.0.1';
    url.port = String((this.#server.address() as AddressInfo).port);
    this.#url = url.href;
  }

  get url(): string {
    return this.#url;
  }

  get links(): readonly Link[] {
    return [...this.#links];
  }

  get counts(): FaultProxy['counts'] {
    const bytes = { ...this.#pastBytes };
    for (const link of this.#links) add(bytes, link.bytes);
    return { accepted: this.#accepted, refused: this.#refused, bytes };
  }

  inject(fault: Fault): void {
    for (const link of this.#links) link.inject(fault);
  }

  retarget(url: string): void {
    this.#target = url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.inject({ kind: 'reset' });
    for (const client of this.#dialing) reset(client);
    await closed;
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true });
  }

  #accept(client: Socket): void {
    this.#accepted += 1;
    if (this.newLinks.kind === 'refuse') {
      this.#refuse(client);
      return;
    }
    const begin = this.newLinks;
    const server = dial(this.#target);
    this.#dialing.add(client);
    // Nothing is read yet, so whoever hangs up meanwhile is met by the link.
    client.on('error', () => undefined);
    server.once('error', () => {
      this.#dialing.delete(client);
      this.#refuse(client);
    });
    server.once('connect', () => {
      server.removeAllListeners('error');
      this.#dialing.delete(client);
      if (client.destroyed) {
        server.destroy();
        return;
      }
      const link = new SocketLink(client, server, () => {
        this.#links.delete(link);
        add(this.#pastBytes, link.bytes);
      });
      this.#links.add(link);
      link.inject(begin);
    });
  }

  #refuse(client: Socket): void {
    this.#refused += 1;
    reset(client);
  }
}

class SocketLink implements Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #relays: Readonly<Record<Direction, FaultRelay>>;
  readonly #onClose: () => void;
  #openSockets = 2;
  #isBroken = false;

  constructor(client: Socket, server: Socket, onClose: () => void) {
    this.#client = client;
    this.#server = server;
    this.#onClose = onClose;
    this.#relays = { toServer: new FaultRelay(client, server), toClient: new FaultRelay(server, client) };
    for (const socket of [client, server]) {
      // The close that follows tells.
      socket.on('error', () => undefined);
      socket.once('close', (hadError) => {
        this.#closed(hadError);
      });
    }
  }

  get isOpen(): boolean {
    return this.#openSockets > 0;
  }

  get bytes(): Readonly<Record<Direction, number>> {
    return { toServer: this.#relays.toServer.bytes, toClient: this.#relays.toClient.bytes };
  }

  inject(fault: Fault): void {
    switch (fault.kind) {
      case 'reset':
        this.#reset();
        return;
      case 'finish':
        for (const relay of Object.values(this.#relays)) relay.finish();
        return;
      case 'halfClose':
        this.#relays[fault.direction].finish();
        return;
      case 'cutAfter':
        this.#relays[fault.direction].cutAfter(fault.bytes, () => {
          this.inject({ kind: fault.how });
        });
        return;
      case 'pass':
      case 'stall':
      case 'delay':
      case 'drip':
        for (const relay of Object.values(this.#relays)) relay.pace = fault;
        // What broke behind a stall shows when the stall is over.
        if (this.#isBroken && fault.kind !== 'stall') this.#reset();
    }
  }

  #closed(hadError: boolean): void {
    this.#openSockets -= 1;
    if (this.#openSockets === 0) {
      for (const relay of Object.values(this.#relays)) relay.dispose();
      this.#onClose();
    } else if (hadError) {
      this.#isBroken = true;
      if (!this.#relays.toServer.isStalled) this.#reset();
    }
  }

  #reset(): void {
    for (const relay of Object.values(this.#relays)) relay.dispose();
    reset(this.#client);
    reset(this.#server);
  }
}

function dial(target: string): Socket {
  if (target.startsWith('unix:')) return connect({ path: target.slice('unix:'.length), allowHalfOpen: true });
  const { hostname, port } = new URL(target);
  return connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
}

function reset(socket: Socket): void {
  // Neither a Unix socket nor one whose FIN is just being sent can be reset.
  const isEnding = socket.writableEnded && !socket.writableFinished;
  if (isEnding || socket.remoteFamily === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

function add(
  sum: Record<Direction, number>,
  { toServer, toClient }: Readonly<Record<Direction, number>>,
): void {
  sum.toServer += toServer;
  sum.toClient += toClient;
}
