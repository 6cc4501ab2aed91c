import { MAX_NEW_CONNECTIONS } from '@holdfast/exec-protocol';

/** A connection, as far as it matters here. */
export interface Newcomer {
  once(event: 'close', listener: () => void): unknown;
  destroy(): unknown;
}

/**
 * Connections that have not shown who they are, so that anybody may open them: of too many the oldest are ended. Each has a turn
 * of the event loop first in which what it sends at once is read, for many clients may come back together.
 */
export class Newcomers {
  readonly #limit: number;
  /** The oldest first. */
  readonly #connections = new Set<Newcomer>();
  #isLookDue = false;

  constructor(limit: number = MAX_NEW_CONNECTIONS) {
    this.#limit = limit;
  }

  add(connection: Newcomer): void {
    this.#connections.add(connection);
    connection.once('close', () => this.#connections.delete(connection));
    if (this.#isLookDue) return;
    this.#isLookDue = true;
    // The first one comes before anything is read.
    setImmediate(() => setImmediate(this.#look));
  }

  /** It has shown who it is. */
  admit(connection: Newcomer): void {
    this.#connections.delete(connection);
  }

  readonly #look = (): void => {
    this.#isLookDue = false;
    for (const connection of this.#connections) {
      if (this.#connections.size <= this.#limit) return;
      this.#connections.delete(connection);
      connection.destroy();
    }
  };
}
