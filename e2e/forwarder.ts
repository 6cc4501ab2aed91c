import { connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a server, and can be cut. */
export interface Forwarder extends AsyncDisposable {
  /** The server's URL, but through here. */
  readonly url: string;
  /** Connections that clients have made. */
  readonly connections: number;
  /** Ends all connections at once, without a word to either side. */
  cut(): void;
  /** Carries nothing any more on the connections that there are, and tells nobody. */
  stall(): void;
  /** Ends new connections at once, as long as it is down. */
  isDown: boolean;
  /** Leads new connections to another server from now on. */
  leadTo(url: string): void;
}

/** Starts to forward to a server on loopback. */
export async function startForwarder(serverUrl: string): Promise<Forwarder> {
  const sockets = new Set<Socket>();
  let target = new URL(serverUrl);
  let connections = 0;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    connections += 1;
    if (forwarder.isDown) {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => undefined);
      from.on('data', (bytes) => {
        if (!to.write(bytes)) from.pause();
      });
      to.on('drain', () => from.resume());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = new URL(serverUrl);
  url.port = String(typeof address === 'object' && address !== null ? address.port : 0);
  const forwarder = {
    url: url.href,
    get connections() {
      return connections;
    },
    cut,
    stall(): void {
      for (const socket of sockets) socket.pause().removeAllListeners('data').removeAllListeners('drain');
    },
    isDown: false,
    leadTo(other: string): void {
      target = new URL(other);
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return forwarder;
}
