import { GONE_MESSAGES_BYTES } from '@holdfast/exec-protocol';
import { type Arrival, bytesOfArrival } from './arrival.js';

/** What a connection takes without its messages, about. */
const BYTES_OF_CONNECTION = 64 * 1024;

/** A connection that is gone and whose messages wait for their turns. */
export interface GoneConnection {
  readonly principal: string;
  /** Forgets them; the connection is over. */
  drop(): void;
}

/** How much may wait, and who is told of what does not. */
export interface GoneMessagesOptions {
  readonly limitBytes?: number;
  readonly onDropped: (messages: number) => void;
}

interface Waiting {
  readonly bytes: number;
  readonly messages: number;
}

interface OfPrincipal {
  bytes: number;
  readonly connections: Map<GoneConnection, Waiting>;
}

/**
 * The memory of a server for messages of connections that are gone: nothing else holds back who sends, goes and comes again.
 * Past the limit the connection that has most of the principal that has most loses its own, as if it had broken before they came.
 */
export class GoneMessages {
  readonly #limitBytes: number;
  readonly #onDropped: (messages: number) => void;
  readonly #principals = new Map<string, OfPrincipal>();
  #bytes = 0;

  constructor({ limitBytes = GONE_MESSAGES_BYTES, onDropped }: GoneMessagesOptions) {
    this.#limitBytes = limitBytes;
    this.#onDropped = onDropped;
  }

  /** A connection has gone, and so much of it waits. It may be dropped at once. */
  add(gone: GoneConnection, kept: readonly Arrival[]): void {
    const bytes = kept.reduce((sum, arrival) => sum + bytesOfArrival(arrival), BYTES_OF_CONNECTION);
    const own = this.#principals.get(gone.principal) ?? { bytes: 0, connections: new Map() };
    own.connections.set(gone, { bytes, messages: kept.length });
    own.bytes += bytes;
    this.#principals.set(gone.principal, own);
    this.#bytes += bytes;
    while (this.#bytes > this.#limitBytes) this.#dropMost();
  }

  /** Nothing of it waits any more; one that is not here is left alone. */
  remove(gone: GoneConnection): void {
    const own = this.#principals.get(gone.principal);
    const waiting = own?.connections.get(gone);
    if (own === undefined || waiting === undefined) return;
    own.connections.delete(gone);
    own.bytes -= waiting.bytes;
    if (own.connections.size === 0) this.#principals.delete(gone.principal);
    this.#bytes -= waiting.bytes;
  }

  #dropMost(): void {
    const own = mostOf(this.#principals.values(), ({ bytes }) => bytes);
    const most = mostOf(own?.connections ?? [], ([, { bytes }]) => bytes);
    if (most === undefined) return;
    const [gone, { messages }] = most;
    this.remove(gone);
    this.#onDropped(messages);
    gone.drop();
  }
}

/** The first of those with most. */
function mostOf<T>(all: Iterable<T>, bytesOf: (one: T) => number): T | undefined {
  let most: T | undefined;
  for (const one of all) if (most === undefined || bytesOf(one) > bytesOf(most)) most = one;
  return most;
}
