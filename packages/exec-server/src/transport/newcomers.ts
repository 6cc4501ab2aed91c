import { MAX_NEW_CONNECTIONS, REQUEST_TIMEOUT_MS } from '@holdfast/exec-protocol';
import { systemClock } from '../clock.js';

/** Connections whose request waits for its turn, which are none of those that are ended; those behind them are. */
export const MAX_WAITING_REQUESTS = 1_024;

/** A connection, as far as it matters here. */
export interface Newcomer {
  /** Whether what it has sent waits for a turn of the event loop. */
  readonly isWaiting: boolean;
  once(event: 'close', listener: () => void): unknown;
  /** Its time is over. */
  expire(): void;
  destroy(): unknown;
}

/** How many may there be, and how long. */
export interface NewcomerLimits {
  /** Default `MAX_NEW_CONNECTIONS`. */
  readonly count?: number | undefined;
  /** Default `REQUEST_TIMEOUT_MS`. */
  readonly requestMs?: number | undefined;
}

/**
 * Connections that have not shown who they are, so that anybody may open them: of too many the oldest are ended, and each when its
 * time is over, whatever it has asked for. Each has a turn of the event loop first in which what it sends at once is read, for
 * many clients may come back together.
 */
export class Newcomers {
  readonly #count: number;
  readonly #requestMs: number;
  /** The oldest first. */
  readonly #connections = new Map<Newcomer, { cancel(): void }>();
  #isLookDue = false;

  constructor({ count = MAX_NEW_CONNECTIONS, requestMs = REQUEST_TIMEOUT_MS }: NewcomerLimits = {}) {
    this.#count = count;
    this.#requestMs = requestMs;
  }

  add(connection: Newcomer): void {
    const timer = systemClock.after(this.#requestMs, () => {
      connection.expire();
    });
    this.#connections.set(connection, timer);
    connection.once('close', () => {
      this.admit(connection);
    });
    // The first one comes before anything is read.
    this.#planLook(() => setImmediate(this.#look));
  }

  /** It has shown who it is, or has gone. */
  admit(connection: Newcomer): void {
    this.#connections.get(connection)?.cancel();
    this.#connections.delete(connection);
  }

  endAll(): void {
    for (const connection of this.#connections.keys()) connection.destroy();
  }

  #planLook(look: () => void): void {
    if (this.#isLookDue) return;
    this.#isLookDue = true;
    setImmediate(look);
  }

  readonly #look = (): void => {
    this.#isLookDue = false;
    const all = [...this.#connections.keys()];
    const waiting = all.filter(({ isWaiting }) => isWaiting);
    const others = all.filter(({ isWaiting }) => !isWaiting);
    this.#endEach(waiting.slice(MAX_WAITING_REQUESTS));
    this.#endEach(others.slice(0, Math.max(0, others.length - this.#count)));
    // Each is one of the others when it has had its turn.
    if (waiting.length > 0) this.#planLook(this.#look);
  };

  #endEach(connections: readonly Newcomer[]): void {
    for (const connection of connections) {
      this.admit(connection);
      connection.destroy();
    }
  }
}
