import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { expect } from 'vitest';
import { describeInWorlds } from './testing/describe-in-worlds.js';
import { type HostSockets, openHostSockets, reachForSockets } from './testing/host-sockets.js';

/** Sockets of the host, as those of a container engine, a bus or an agent that has keys. */
const CASES = [
  ['N16', 'a Unix stream socket of the host', 'SOCK_STREAM', 'connected', 'path'],
  ['N16b', 'one for packets in order', 'SOCK_SEQPACKET', 'connected', 'path'],
  ['N17', 'a Unix datagram socket of the host', 'SOCK_DGRAM', undefined, 'path'],
  ['N18', 'an abstract socket of the host', 'SOCK_STREAM', 'connected', 'abstract'],
  ['N18b', 'an abstract datagram socket of the host', 'SOCK_DGRAM', undefined, 'abstract'],
] as const;

describeInWorlds(({ there, it }) => {
  for (const [id, what, kind, greeting, naming] of CASES) {
    it(
      `${id} ${what} is not reached, whatever the network`,
      async () => {
        const name = randomUUID();
        const places = [there().outside, there().temporary];
        const addresses = naming === 'path' ? places.map((folder) => path.join(folder, name)) : [`@${name}`];
        await using host: HostSockets = await openHostSockets(
          addresses.map((address) => [kind, address] as const),
        );
        for (const network of ['restricted', 'enabled'] as const) {
          const argv = ['python3', '-c', reachForSockets(addresses)] as const;
          const { stdout } = await there().exec(argv, { network });
          expect(stdout).toBe('tried\n');
        }
        for (const address of addresses) {
          const control = `from outside to ${address}`;
          const expected = [...(greeting === undefined ? [] : [greeting]), control];
          expect(await host.receivedUpTo(kind, address, control)).toEqual(expected);
        }
      },
      { programs: ['python3'] },
    );
  }
});
