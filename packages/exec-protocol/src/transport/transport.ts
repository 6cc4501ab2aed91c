import type { CloseKind } from '../close-codes.js';

/** How a transport ended. */
export interface TransportClosed {
  /** WebSocket close code, or 1006 where the carrier broke without one. */
  readonly code: number;
  readonly reason: string;
}

/** What a transport tells its owner. Calls come one at a time and stop after `onClose`. */
export interface TransportListener {
  /** One whole message; bytes when it came in a binary frame. */
  onMessage(message: string | Uint8Array): void;
  /**
   * A ping or a pong of the carrier arrived: the other side lives.
   * @param echo What our ping carried that this pong answers; undefined for a ping of the other side.
   */
  onHeartbeat?(echo?: string): void;
  /** `bufferedBytes` has fallen since the last time. */
  onDrain(): void;
  /** The last call, however the carrier ended. */
  onClose(closed: TransportClosed): void;
}

/** One connection that carries whole messages in order: a WebSocket, a pair of pipes, or memory. */
export interface Transport {
  /** For logs and error messages: what the other end is reached by. */
  readonly label: string;
  /** Bytes handed to `send` that have not left yet. */
  readonly bufferedBytes: number;
  /** Called once, before anything arrives. */
  start(listener: TransportListener): void;
  /** Queues one message. After the end it does nothing. */
  send(message: string): void;
  /**
   * Asks the other side for a sign of life by the carrier's own means. Its pong comes after the other side has taken
   * everything that was sent before.
   * @param mark Comes back with the pong; at most 125 bytes.
   * @returns false where the carrier has no pings.
   */
  ping(mark?: string): boolean;
  /** Stops and goes on reading; what the other side sends meanwhile waits there. */
  pause(): void;
  resume(): void;
  /** Ends the connection once what was queued has left; safe to call again. */
  close(kind: CloseKind, reason: string): void;
  /** Ends the connection at once, dropping what was queued; safe to call again. */
  destroy(): void;
}
