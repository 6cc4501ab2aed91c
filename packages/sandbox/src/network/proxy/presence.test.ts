import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Gate } from '../gate.js';
import { parseHostRules } from '../host-rules.js';
import { connectTo } from '../outside.js';
import { placed } from '../testing/placed.js';
import { Proxy } from './proxy.js';

const DEADLINE_MS = 60_000;
/** Less than after which a request is given up by itself. */
const WAIT = { timeout: 20_000 };

const HOST = Buffer.from('a.example');

/** Requests for the same host in each of the ways in which one can be made. */
const REQUESTS = {
  'plain HTTP': Buffer.from('GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n'),
  CONNECT: Buffer.from('CONNECT a.example:80 HTTP/1.1\r\n\r\n'),
  'SOCKS 5': Buffer.from([5, 1, 0, 5, 1, 0, 3, HOST.length, ...HOST, 0, 80]),
};

let server: Server;
let listener: Server;
let proxy: Proxy;
/** Of each name that was asked for: whether it is still wanted, and how it is found. */
let lookups: { readonly wanted: AbortSignal; readonly find: (addresses: readonly string[]) => void }[];

beforeEach(async () => {
  lookups = [];
  server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  listener = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(listener, 'listening')]);
  const gate = new Gate(
    parseHostRules({ allow: ['a.example'], deny: [] }),
    {
      resolve: (_name, wanted) => new Promise((find) => lookups.push({ wanted, find })),
      connect: (_address, _port, signal) => connectTo('127.0.0.1', portOf(server), signal),
      locate: placed(() => 'elsewhere'),
    },
    () => undefined,
  );
  proxy = new Proxy(gate, (error) => {
    throw error;
  });
  proxy.serve(listener);
});

afterEach(async () => {
  for (const { find } of lookups) find([]);
  proxy.close();
  await Promise.all([server, listener].map((one) => new Promise((resolve) => one.close(resolve))));
});

function portOf(one: Server): number {
  return (one.address() as AddressInfo).port;
}

/** A client that has asked for the host, whose name is not found yet. */
async function asked(
  request: Uint8Array,
): Promise<{ readonly client: Socket; readonly wanted: AbortSignal }> {
  const client = connect({ port: portOf(listener), host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => undefined);
  client.write(request);
  const { wanted } = await vi.waitUntil(() => lookups[0], WAIT);
  return { client, wanted };
}

test.each(Object.entries(REQUESTS))(
  'a name is not wanted any more by %s whose client has gone',
  async (_, request) => {
    const { client, wanted } = await asked(request);
    expect(wanted.aborted).toBe(false);
    client.destroy();
    await vi.waitUntil(() => wanted.aborted, WAIT);
  },
  DEADLINE_MS,
);

test.each(['CONNECT', 'SOCKS 5'] as const)(
  'what was sent behind %s while its name was looked up is carried, also when the client has said all',
  async (way) => {
    const { client, wanted } = await asked(REQUESTS[way]);
    client.end('early');
    lookups[0]?.find(['9.9.9.9']);
    const answer = await text(client);
    expect([answer.endsWith('early'), wanted.aborted]).toEqual([true, false]);
  },
  DEADLINE_MS,
);
