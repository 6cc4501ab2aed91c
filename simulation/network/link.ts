import type { Machine } from '../time/virtual-time.js';
import { LinkTransport } from './link-transport.js';
import { Pipe, type PipeOptions } from './pipe.js';

/** One way of a link. */
export type Direction = 'toServer' | 'toClient';

/** How the links of a network are. */
export interface LinkOptions extends PipeOptions {
  /** What a byte counts in `bufferedBytes`. */
  readonly weight: number;
  /** Whether the client's carrier has pings. */
  readonly canPing: boolean;
  readonly destroyMs: number;
}

/** When each side finds out that a link is cut; undefined where it never does by itself. */
export interface CutNotice {
  readonly clientMs: number | undefined;
  readonly serverMs: number | undefined;
}

/** Sees every message of a link, as it is sent and as it arrives. */
export type Tap = (link: string, event: 'sent' | 'arrived', direction: Direction, message: string) => void;

/** One connection between a client and a server. */
export class Link {
  readonly client: LinkTransport;
  readonly server: LinkTransport;
  readonly toServer: Pipe;
  readonly toClient: Pipe;
  readonly #machines: { readonly client: Machine; readonly server: Machine };

  constructor(
    label: string,
    machines: { readonly client: Machine; readonly server: Machine },
    options: LinkOptions,
    tap: Tap,
  ) {
    this.#machines = machines;
    const { client, server } = machines;
    this.client = createEnd(label, client, options.canPing, 'toServer', options, tap);
    this.server = createEnd(label, server, true, 'toClient', options, tap);
    this.toServer = joinEnds(client, this.client, server, this.server, options);
    this.toClient = joinEnds(server, this.server, client, this.client, options);
    this.client.connect(this.toServer, this.toClient);
    this.server.connect(this.toClient, this.toServer);
  }

  /** Whether no side holds it any more; the dead hold nothing. */
  get isClosed(): boolean {
    const { client, server } = this.#machines;
    return (this.client.isClosed || client.isDead) && (this.server.isClosed || server.isDead);
  }

  /** Both pipes of a direction, or of both directions. */
  pipes(direction: Direction | 'both'): readonly Pipe[] {
    return direction === 'both' ? [this.toServer, this.toClient] : [this[direction]];
  }

  /** Everything under way is lost, and nothing arrives any more. */
  cut({ clientMs, serverMs }: CutNotice): void {
    this.toServer.kill();
    this.toClient.kill();
    tellLater(this.#machines.client, clientMs, this.client);
    tellLater(this.#machines.server, serverMs, this.server);
  }
}

function createEnd(
  label: string,
  machine: Machine,
  canPing: boolean,
  direction: Direction,
  { weight, destroyMs }: LinkOptions,
  tap: Tap,
): LinkTransport {
  const back = direction === 'toServer' ? 'toClient' : 'toServer';
  return new LinkTransport({
    label,
    machine,
    canPing,
    weight,
    destroyMs,
    onMessage: (event, message) => {
      if (event === 'sent') tap(label, 'sent', direction, message);
      else tap(label, 'arrived', back, message);
    },
  });
}

function joinEnds(
  from: Machine,
  sender: LinkTransport,
  to: Machine,
  receiver: LinkTransport,
  options: PipeOptions,
): Pipe {
  const ends = {
    onDrain: () => {
      sender.onDrain();
    },
    onBytes: (bytes: Uint8Array) => {
      receiver.onBytes(bytes);
    },
    onEnd: (closed: { readonly code: number; readonly reason: string }) => {
      receiver.onEnd(closed);
    },
  };
  return new Pipe(from, to, ends, options);
}

function tellLater(machine: Machine, delayMs: number | undefined, end: LinkTransport): void {
  if (delayMs === undefined) return;
  machine.input(delayMs, () => {
    end.onBroken();
  });
}
