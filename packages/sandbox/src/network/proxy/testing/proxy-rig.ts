import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Gate } from '../../gate.js';
import { parseHostRules } from '../../host-rules.js';
import { connectTo, type Outside } from '../../outside.js';
import { placed } from '../../testing/placed.js';
import { Proxy } from '../proxy.js';
import { PROXY_SOCKET } from '../socket-options.js';

/** A proxy on the loopback that leads to `a.example:80` and `a.example:443`, which are one server of the test. */
export interface ProxyRig extends AsyncDisposable {
  /** The reasons of refusals, and `allow`. */
  readonly decisions: readonly string[];
  readonly faults: readonly unknown[];
  /** The connections as the proxy has them, … */
  readonly inside: readonly Socket[];
  /** … and as the other server has them. */
  readonly outside: readonly Socket[];
  /** Connects to the proxy; the client keeps its end open. */
  dial(): Promise<Socket>;
}

/**
 * @param serve Plays the server that the proxy leads to.
 * @param onDecision Called for each decision, after it was written down.
 */
export async function rigProxy(
  serve: (socket: Socket) => void,
  onDecision: () => void = () => undefined,
): Promise<ProxyRig> {
  const decisions: string[] = [];
  const faults: unknown[] = [];
  const [inside, outside, clients]: [Socket[], Socket[], Socket[]] = [[], [], []];
  const server = await listening((socket) => {
    outside.push(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  const listener = await listening((socket) => inside.push(socket));
  const toServer: Outside = {
    resolve: () => Promise.resolve(['9.9.9.9']),
    connect: (_address, _port, signal) => connectTo('127.0.0.1', portOf(server), signal),
    locate: placed(() => 'elsewhere'),
  };
  const rules = parseHostRules({ allow: ['a.example'], deny: [] });
  const gate = new Gate(rules, toServer, ({ decision, reason }) => {
    decisions.push(reason ?? decision);
    onDecision();
  });
  const proxy = new Proxy(gate, (error) => faults.push(error));
  proxy.serve(listener);
  return {
    ...{ decisions, faults, inside, outside },
    async dial() {
      const client = connect({ port: portOf(listener), host: '127.0.0.1', allowHalfOpen: true });
      client.on('error', () => undefined);
      clients.push(client);
      await once(client, 'connect');
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of [...clients, ...outside]) socket.destroy();
      proxy.close();
      await Promise.all([server, listener].map((one) => new Promise((resolve) => one.close(resolve))));
    },
  };
}

/** When the other side has ended a connection, in whatever way. */
export function over(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readableEnded || socket.closed) resolve();
    socket.once('end', resolve).once('close', () => resolve());
    socket.resume();
  });
}

async function listening(serve: (socket: Socket) => void): Promise<Server> {
  const server = createServer(PROXY_SOCKET, serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
