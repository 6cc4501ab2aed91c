import type { Socket } from 'node:net';
import { locate, type Place } from './locate.js';
import type { Lookups, NetworkNames } from './names/lookups.js';
import { PROXY_SOCKET } from './proxy/socket-options.js';
import { ReadOutSocket } from './read-out-socket.js';

/** The network that a sandbox has no part in. */
export interface Outside extends NetworkNames {
  /** Connects to an address; it is never resolved. Rejects when that fails or the signal is given. */
  connect(address: string, port: number, signal: AbortSignal): Promise<Socket>;
  /**
   * Where connections to addresses, in canonical form, would lead, for each of them.
   * @param signal Ends it.
   * @throws The reason of the signal, and nothing else.
   */
  locate(addresses: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, Place>>;
}

/** The network of this machine, for one sandbox. @param lookups Where its names have a share. */
export function outsideWith(lookups: Lookups): Outside {
  const names = lookups.share();
  return {
    resolve: (name, signal, denial) => names.resolve(name, signal, denial),
    connect: connectTo,
    locate: (addresses, signal) => locate(addresses, signal),
  };
}

/** Connects to an address of this machine's network; as `Outside.connect`. */
export function connectTo(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = new ReadOutSocket(PROXY_SOCKET).connect({ host, port });
    const abort = (): void => {
      socket.destroy(new Error('nobody waits for it any more'));
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', reject);
    socket.once('close', () => signal.removeEventListener('abort', abort));
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
