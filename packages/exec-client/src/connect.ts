import { ExecError, type Transport } from '@holdfast/exec-protocol';
import { checkConnectOptions } from './check-options.js';
import type { Client } from './client.js';
import { systemClock } from './clock.js';
import type { ConnectOptions } from './connect-options.js';
import { dial } from './dial/dial.js';
import { type CommandTarget, parseTarget } from './dial/target.js';
import { openSession } from './open-session.js';
import { within } from './within.js';

const CONNECT_TIMEOUT_MS = 10_000;

// A server that is spoken to through its pipes lives and dies with them, and its death always shows.
const PIPE = { recoverTimeoutMs: 0, silenceMs: 0 };

/**
 * Opens a session on an executor.
 *
 * @param target `ws://…` or `wss://…`, with `?token=…` where the server wants one; `unix:PATH` for a server on a Unix
 *   socket; `stdio:PROGRAM WORDS…`, split at blanks, or `{ command: […] }` for a server that is started and spoken to
 *   through its stdin and stdout.
 * @throws ExecError `connectFailed` with the reason and a remedy; `invalidParams` for options of another type; the
 *   server's error when it refuses a session; the reason of `signal`.
 */
export async function connect(target: string | CommandTarget, options: ConnectOptions = {}): Promise<Client> {
  const parsed = parseTarget(target);
  checkConnectOptions(options);
  const { connectTimeoutMs: ms = CONNECT_TIMEOUT_MS, token, headers = {}, ...sessionOptions } = options;
  options.signal?.throwIfAborted();
  const late = (): ExecError =>
    new ExecError('connectFailed', `${parsed.label} did not answer within ${ms} ms`);
  const dialInTime = (signal: AbortSignal): Promise<Transport> =>
    within({ clock: systemClock, ms, late, signal }, (deadline) =>
      dial(parsed, { token, headers, signal: deadline }),
    );
  return openSession(dialInTime, { ...sessionOptions, ...(parsed.kind === 'stdio' ? PIPE : {}) });
}
