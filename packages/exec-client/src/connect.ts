import {
  ExecError,
  type Extensions,
  offeredExtensions,
  type Transport,
  VERSION,
} from '@holdfast/exec-protocol';
import type { Client } from './client.js';
import { type Clock, systemClock } from './clock.js';
import { openConnection } from './connection/connection.js';
import { dial } from './dial/dial.js';
import { type CommandTarget, parseTarget } from './dial/target.js';
import { createClient } from './session-client.js';

/** How a connection is made. */
export interface ConnectOptions {
  /** Gives up; `connect` fails with its reason. It does not end a client that is connected. */
  readonly signal?: AbortSignal;
  /** What the server's log calls this client; default `holdfast` and its version. */
  readonly clientName?: string;
  /** Sent as `Authorization: Bearer`; a token in the URL needs no other. In a browser it travels in the URL. */
  readonly token?: string;
  /** Sent with the request that opens a WebSocket; refused in a browser, which cannot. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the carrier may take to be there; default 10,000. */
  readonly connectTimeoutMs?: number;
  /** How long the server may take to answer `initialize`; default 10,000. */
  readonly initializeTimeoutMs?: number;
  /** What goes beyond the reference wire, to be offered; default everything. `{}` behaves as a reference client does. */
  readonly extensions?: Extensions;
}

const CONNECT_TIMEOUT_MS = 10_000;
const INITIALIZE_TIMEOUT_MS = 10_000;

/**
 * Opens a session on an executor.
 *
 * @param target `ws://…` or `wss://…`, with `?token=…` where the server wants one; `unix:PATH` for a server on a Unix
 *   socket; `stdio:PROGRAM WORDS…`, split at blanks, or `{ command: […] }` for a server that is started and spoken to
 *   through its stdin and stdout.
 * @throws ExecError `connectFailed` with the reason and a remedy; the server's error when it refuses a session; the
 *   reason of `signal`.
 */
export async function connect(target: string | CommandTarget, options: ConnectOptions = {}): Promise<Client> {
  const { signal, connectTimeoutMs = CONNECT_TIMEOUT_MS, token, headers = {} } = options;
  signal?.throwIfAborted();
  const parsed = parseTarget(target);
  const late = (): ExecError =>
    new ExecError('connectFailed', `${parsed.label} did not answer within ${connectTimeoutMs} ms`);
  const transport = await within(systemClock, connectTimeoutMs, late, signal, (deadline) =>
    dial(parsed, { token, headers, signal: deadline }),
  );
  return openClient(transport, options, systemClock);
}

/** Opens a session over a transport that is there, and takes it over. */
export async function openClient(
  transport: Transport,
  options: ConnectOptions = {},
  clock: Clock = systemClock,
): Promise<Client> {
  const {
    signal,
    clientName = `holdfast/${VERSION}`,
    initializeTimeoutMs = INITIALIZE_TIMEOUT_MS,
    extensions = offeredExtensions(),
  } = options;
  const late = (): ExecError =>
    new ExecError(
      'connectFailed',
      `${transport.label} did not answer initialize within ${initializeTimeoutMs} ms; is it an exec server?`,
    );
  const connection = await within(clock, initializeTimeoutMs, late, signal, (deadline) =>
    openConnection(transport, { clientName, extensions }, clock, deadline),
  );
  return createClient(connection, clock);
}

/** Does something that stops at a signal, which fires at the deadline or when `outer` does. */
async function within<T>(
  clock: Clock,
  limitMs: number,
  late: () => ExecError,
  outer: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = new AbortController();
  const abort = (): void => {
    inner.abort(outer?.reason);
  };
  if (outer?.aborted === true) abort();
  outer?.addEventListener('abort', abort, { once: true });
  const timer = clock.after(limitMs, () => {
    inner.abort(late());
  });
  try {
    return await run(inner.signal);
  } finally {
    timer.cancel();
    outer?.removeEventListener('abort', abort);
  }
}
