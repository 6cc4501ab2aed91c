import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { canonicalHost } from './canonical-host.js';
import { isLoopbackAddress } from './public-address.js';

/** Where an address is, seen from this machine; `nowhere` when there is no way to it. */
export type Place = 'here' | 'elsewhere' | 'nowhere';

/** Any port: nothing is sent to it. */
const SOME_PORT = 9;

/**
 * Tells whether an address, in canonical form, is one of this machine. The system is asked instead of the list of interfaces,
 * which leaves out those without a carrier: towards itself a machine speaks from the very address that it speaks to.
 */
export function locate(address: string): Promise<Place> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const settle = (place: Place): void => {
      socket.close();
      resolve(place);
    };
    socket.once('error', () => settle('nowhere'));
    socket.connect(SOME_PORT, address, (...[error]: readonly [Error?]) => {
      if (error === undefined) settle(placeOf(address, socket.address().address));
      else settle('nowhere');
    });
  });
}

function placeOf(address: string, source: string): Place {
  const from = canonicalHost(source)?.host;
  const isOwn = from === address || (from !== undefined && isLoopbackAddress(from));
  return isOwn ? 'here' : 'elsewhere';
}
