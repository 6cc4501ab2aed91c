import type { SessionOptions } from './open-session.js';

/**
 * How a connection is made and a session held. A server that is started and spoken to through its stdin and stdout is
 * neither watched for silence nor got back: it ends with its pipes.
 */
export interface ConnectOptions extends SessionOptions {
  /** Sent as `Authorization: Bearer`; a token in the URL needs no other. In a browser it travels in the URL. */
  readonly token?: string;
  /** Sent with the request that opens a WebSocket; refused in a browser, which cannot. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the carrier may take to be there; default 10,000. */
  readonly connectTimeoutMs?: number;
}
