import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** How a connection inside is named in records; undefined where it has gone. */
export function clientOf(socket: Duplex): string | undefined {
  if (!(socket instanceof Socket) || socket.remoteAddress === undefined) return undefined;
  return `${socket.remoteAddress}:${socket.remotePort ?? 0}`;
}
