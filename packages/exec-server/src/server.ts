import { tmpdir } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { Transport } from '@holdfast/exec-protocol';
import { createToken } from './auth.js';
import { systemClock } from './clock.js';
import { createConnectionId } from './connection-id.js';
import { readHost } from './host.js';
import { createLogger, type LogLevel } from './logger.js';
import { createPipePool, removeStalePipeDirectories } from './process/spawn/pipe-pool.js';
import { Connection, type ConnectionHost } from './rpc/connection.js';
import { SessionRegistry } from './session/session-registry.js';
import { type Listener, listen } from './transport/listen.js';
import { DEFAULT_LISTEN_URL, parseListenUrl } from './transport/listen-address.js';
import { StdioTransport } from './transport/stdio-transport.js';

/** How a server is set up. */
export interface ExecServerOptions {
  /** `ws://IP:PORT` on loopback, `unix:PATH` or `stdio`; default `ws://127.0.0.1:0`, a free port. */
  readonly listen?: string;
  /** The capability token that WebSocket clients must show; default a fresh one, null to let everybody in. */
  readonly token?: string | null;
  /** Names that the `Host` header may have besides IP addresses and localhost. */
  readonly allowedHosts?: readonly string[];
  /** How much is logged to stderr; default `info`. */
  readonly logLevel?: LogLevel;
  /** The streams that `stdio` uses; default those of this program. */
  readonly stdio?: { readonly input: Readable; readonly output: Writable };
}

/** A running server. */
export interface ExecServer extends AsyncDisposable {
  /** What clients dial, token included; undefined on stdio. */
  readonly url: string | undefined;
  /** Settles when a stdio server's input has ended and its processes with it; never for other servers. */
  readonly ended: Promise<void>;
  /** Ends all connections and all processes; waits until they are gone. */
  close(): Promise<void>;
}

/**
 * Starts a server. The only place that knows every layer.
 * @throws RangeError for a listen URL that is not understood; Error from the system when it cannot be had.
 */
export async function createExecServer(options: ExecServerOptions = {}): Promise<ExecServer> {
  const address = parseListenUrl(options.listen ?? DEFAULT_LISTEN_URL);
  const machine = readHost();
  await removeStalePipeDirectories(tmpdir());
  const pipes = createPipePool({ directory: tmpdir() });
  const sessions = new SessionRegistry({ env: machine.env, clock: systemClock, pipes });
  const host: ConnectionHost = {
    sessions,
    environment: machine.environment,
    clock: systemClock,
    logger: createLogger(options.logLevel ?? 'info'),
  };
  const connections = new Set<Connection>();
  const accept = (transport: Transport): Connection => {
    const connection = new Connection(createConnectionId(), transport, host);
    connections.add(connection);
    void connection.ended.then(() => connections.delete(connection));
    return connection;
  };
  const closeAll = async (listener?: Listener): Promise<void> => {
    const stopped = listener?.close();
    for (const connection of connections) connection.close('the server is shutting down');
    await sessions.closeAll();
    await Promise.all([...connections].map((connection) => connection.ended));
    await stopped;
    await pipes.close();
  };

  if (address.kind === 'stdio') {
    const { input, output } = options.stdio ?? { input: process.stdin, output: process.stdout };
    const { ended } = accept(new StdioTransport(input, output));
    return serverOf(undefined, ended, () => closeAll());
  }
  const token = address.kind === 'unix' ? null : options.token === undefined ? createToken() : options.token;
  const allowedHosts = address.kind === 'unix' ? null : (options.allowedHosts ?? []);
  const listener = await listen(address, { token, allowedHosts }, accept).catch(async (error: unknown) => {
    await closeAll();
    throw error;
  });
  const url = token === null ? listener.url : `${listener.url}/?token=${encodeURIComponent(token)}`;
  return serverOf(url, new Promise(() => undefined), () => closeAll(listener));
}

function serverOf(url: string | undefined, ended: Promise<void>, closeAll: () => Promise<void>): ExecServer {
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeAll());
  return { url, ended, close, [Symbol.asyncDispose]: close };
}
