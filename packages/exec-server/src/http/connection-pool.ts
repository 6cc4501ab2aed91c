import { HttpConnection, type HttpLibrary } from './http-connection.js';

/** The connections of a server to origins: those that are in use, and those that may be used again. */
export class ConnectionPool {
  readonly #most: number;
  readonly #inUse = new Set<HttpConnection>();
  /** The one that was used longest ago is first. */
  readonly #idle = new Set<HttpConnection>();

  /** @param most How many there may be; where more are needed at once, none is kept. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many there are. */
  get size(): number {
    return this.#inUse.size + this.#idle.size;
  }

  take(origin: string, library: HttpLibrary): HttpConnection {
    const connection = this.#newest(origin) ?? this.#connect(origin, library);
    this.#idle.delete(connection);
    this.#inUse.add(connection);
    this.#shrink();
    return connection;
  }

  /** Nobody uses it any more. */
  giveBack(connection: HttpConnection): void {
    if (!this.#inUse.delete(connection)) return;
    if (connection.isOpen) this.#idle.add(connection);
    else void connection.close();
    this.#shrink();
  }

  async close(): Promise<void> {
    const all = [...this.#inUse, ...this.#idle];
    this.#idle.clear();
    await Promise.all(all.map((connection) => connection.close()));
  }

  /** The one that others are least likely to have closed. */
  #newest(origin: string): HttpConnection | undefined {
    return [...this.#idle].findLast((one) => one.origin === origin);
  }

  #connect(origin: string, library: HttpLibrary): HttpConnection {
    const connection: HttpConnection = new HttpConnection(origin, library, () => {
      if (this.#idle.delete(connection)) void connection.close();
    });
    return connection;
  }

  #shrink(): void {
    for (const oldest of this.#idle) {
      if (this.size <= this.#most) return;
      this.#idle.delete(oldest);
      void oldest.close();
    }
  }
}
