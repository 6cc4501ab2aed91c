import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';
import { locate, type Place } from './locate.js';

/** The network that a sandbox has no part in. */
export interface Outside {
  /** The addresses of a name; none where it has none. */
  resolve(name: string): Promise<readonly string[]>;
  /** Connects to an address; it is never resolved. Rejects when that fails or the signal is given. */
  connect(address: string, port: number, signal: AbortSignal): Promise<Socket>;
  /** Where a connection to an address, in canonical form, would lead. Never fails. */
  locate(address: string): Promise<Place>;
}

/** The network of this machine. */
export const realOutside: Outside = {
  async resolve(name) {
    const found = await lookup(name, { all: true }).catch(() => []);
    return found.map(({ address }) => address);
  },
  connect: (host, port, signal) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
      const abort = (): void => {
        socket.destroy(new Error('it took too long'));
      };
      signal.addEventListener('abort', abort, { once: true });
      socket.once('error', reject);
      socket.once('close', () => signal.removeEventListener('abort', abort));
      socket.once('connect', () => {
        signal.removeEventListener('abort', abort);
        socket.off('error', reject);
        resolve(socket);
      });
    }),
  locate,
};
