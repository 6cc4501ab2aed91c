import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { startServer } from '../harness.js';
import type { RawClient } from '../raw-client.js';
import { outputContains, PATH } from '../runs.js';
import { runConfined, sandboxPlace, startConfined, WORKSPACE_WRITE } from './sandbox-profiles.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

const DEADLINE_MS = 120_000;

const DESCRIPTORS = 1024;

/** More than one network may have. */
const TRIED = 300;

/** Opens connections, prints how many were answered once each was answered or closed, and keeps them. */
const HOLD = `
const { connect } = require('node:net');
let [answered, left] = [0, ${String(TRIED)}];
const settle = (more) => {
  answered += more;
  left -= 1;
  if (left === 0) console.log(answered + ' answered');
};
for (let count = 0; count < ${String(TRIED)}; count += 1) {
  const socket = connect(Number(process.env.PORT), '127.0.0.1').on('error', () => undefined);
  let isAnswered = false;
  socket.once('data', () => settle((isAnswered = true) && 1));
  socket.once('close', () => isAnswered || settle(0));
}
`;

describeConfined('connections of managed networks', WHOEVER_TESTS, () => {
  test(
    'of one session leave those of another, and what starts and files need',
    async () => {
      const sockets: Socket[] = [];
      const site = createServer((socket) => {
        sockets.push(socket.on('error', () => undefined));
        socket.write('hello');
      }).listen(0, '127.0.0.1');
      await once(site, 'listening');
      const { port } = site.address() as AddressInfo;
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const launcher = ['/bin/sh', '-c', `ulimit -n ${String(DESCRIPTORS)}; exec "$@"`, 'sh'];
      await using server = await startServer({
        ...place.server,
        confinement: { ...place.server.confinement, launcher },
        sessionTtl: '60s',
      });
      await using one = await server.connect();
      await using other = await server.connect();
      for (const client of [one, other]) await client.initialize();
      const network = {
        env: { PATH, PORT: String(port) },
        enforceManagedNetwork: true,
        managedNetwork: { loopbackPorts: [port] },
      };
      const hold = async (client: RawClient, processId: string): Promise<string> => {
        await startConfined(
          client,
          processId,
          [process.execPath, '-e', HOLD],
          place,
          WORKSPACE_WRITE,
          network,
        );
        return await outputContains(client, processId, 'answered\n');
      };
      expect([await hold(one, 'first'), await hold(one, 'second'), await hold(other, 'first')]).toEqual([
        '128 answered\n',
        '0 answered\n',
        '64 answered\n',
      ]);
      expect((await runConfined(other, 'echo started', place)).stdout).toBe('started\n');
      for (const socket of sockets) socket.destroy();
      site.close();
    },
    DEADLINE_MS,
  );
});
